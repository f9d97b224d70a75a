/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity devices: what can do the computing. */
#include "tool.h"

#include <glib/gi18n.h>

static void
print_device (const AcuDeviceInfo *device)
{
  g_autofree char *memory = device->memory ? g_format_size (device->memory) : NULL;
  GString *beyond;

  if (!device->driver)
    {
      g_print (_("cpu   this computer's processor, %u threads\n"), g_get_num_processors ());
      return;
    }
  beyond = g_string_new (NULL);
  g_print ("%s\n", device->name);
  /* Translators: a driver's name. */
  g_print (_("      driver: %s\n"), device->driver);
  g_print (_("      memory: %s\n"), memory);
  if (device->half)
    g_string_append (beyond, _(", 16-bit floats"));
  if (device->integers)
    g_string_append (beyond, _(", dot products of bytes"));
  if (device->matrices)
    g_string_append (beyond, _(", matrices"));
  /* Translators: a list, each part of which begins with a comma, or nothing. */
  g_print (_("      can calculate with: 32-bit floats%s\n"), beyond->str);
  g_string_free (beyond, TRUE);
  if (device->state == ACU_DEVICE_SOUND)
    g_print ("      %s\n", device->fast_matrices ? _("fast precision: 16-bit floats between layers, multiplied as matrices")
                            : device->fast_half ? _("fast precision: 16-bit floats between layers, calculated with in 32 bits")
                                                : _("fast precision: 32-bit floats, as exact"));
  g_print ("      %s\n", device->state == ACU_DEVICE_SOUND ? _("test: passed") : _("test: failed; it is not used"));
  if (device->slow)
    g_print ("      %s\n", _("slower than the processor: not taken unless it is named"));
  if (device->software)
    g_print ("      %s\n", _("not a card but the processor: never taken unless it is named"));
}

int
tool_devices (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("— list what can do the computing"));
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      tool_complain ("%s", error ? error->message : _("This command takes no names."));
      return TOOL_USAGE;
    }
  devices = acu_devices_list ();
  for (guint i = 0; i < devices->len; i++)
    print_device (devices->pdata[i]);
  return TOOL_OK;
}
