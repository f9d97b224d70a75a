/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"

#include <acuity/devices.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#ifdef ACU_VULKAN
#include "vulkan/vk.h"
#endif

#define CARDS "vulkan"

#ifdef ACU_VULKAN

/* Opening Vulkan takes a moment, and drivers take memory; without such files there is no card on Linux. */
static gboolean
may_have_card (void)
{
#ifdef __linux__
  static const char *const files[] = { "/dev/nvidia0", "/dev/dxg", "/dev/mali0", "/dev/kgsl-3d0" };
  g_autoptr (GDir) folder = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (g_file_test (files[i], G_FILE_TEST_EXISTS))
      return TRUE;
  return FALSE;
#else
  return TRUE;
#endif
}

static const AcuDevice *
automatic_card (void)
{
  AcuVulkanDevice *const *all, *quickest = NULL;
  guint n = 0;

  if (!may_have_card ())
    return NULL;
  all = acu_vulkan_devices (&n);
  for (guint i = 0; i < n; i++)
    if (!all[i]->software && acu_vulkan_test (all[i]) == ACU_DEVICE_SOUND && acu_vulkan_is_quicker (all[i])
        && (!quickest || all[i]->pace > quickest->pace))
      quickest = all[i];
  return quickest ? &quickest->base : NULL;
}

static gboolean
is_part (const char *whole, const char *part)
{
  g_autofree char *a = g_utf8_casefold (whole, -1), *b = g_utf8_casefold (part, -1);

  return strstr (a, b) != NULL;
}

/* "vulkan": the first card that is one; "vulkan:NAME": that one, or the first with this in its name. */
static AcuVulkanDevice *
named_card (const char *name)
{
  guint n = 0;
  AcuVulkanDevice *const *all = acu_vulkan_devices (&n);
  const char *part = name + strlen (CARDS);

  for (guint i = 0; i < n; i++)
    if (*part ? g_str_equal (all[i]->info.name, name) : !all[i]->software)
      return all[i];
  for (guint i = 0; i < n && part[0] == ':' && part[1]; i++)
    if (is_part (all[i]->info.title, part + 1))
      return all[i];
  return NULL;
}

static const AcuDevice *
find_card (const char *name, GError **error)
{
  AcuVulkanDevice *card = named_card (name);

  if (!card)
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND,
                 _("There is no graphics card for “%s”; “acuity devices” lists what there is."), name);
  else if (acu_vulkan_test (card) != ACU_DEVICE_SOUND)
    g_set_error (error, ACU_ERROR, ACU_ERROR_DEVICE,
                 _("The graphics card “%s” does not calculate rightly with its driver (%s)."), card->info.title, card->info.driver);
  else
    return &card->base;
  return NULL;
}

#else

static const AcuDevice *
automatic_card (void)
{
  return NULL;
}

static const AcuDevice *
find_card (const char *name, GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("This Acuity was built without graphics cards."));
  return NULL;
}

AcuDevice *
acu_device_imagine (const AcuCard *card)
{
  return NULL;
}

AcuCardWork
acu_device_imagined_work (const AcuDevice *device)
{
  return (AcuCardWork) { 0 };
}

void
acu_device_imagined_free (AcuDevice *device)
{
}

#endif

const AcuDevice *
acu_device_find (const char *name, GError **error)
{
  if (name && g_str_equal (name, acu_device_cpu.name))
    return &acu_device_cpu;
  if (!name || !*name || g_str_equal (name, "auto"))
    {
      const AcuDevice *card = automatic_card ();

      return card ? card : &acu_device_cpu;
    }
  if (g_str_equal (name, CARDS) || g_str_has_prefix (name, CARDS ":"))
    return find_card (name, error);
  g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There is no device called “%s”."), name);
  return NULL;
}

void
acu_device_info_free (AcuDeviceInfo *info)
{
  if (!info)
    return;
  g_free (info->name);
  g_free (info->title);
  g_free (info->driver);
  g_free (info);
}

static void
add_info (GPtrArray *list, const AcuDeviceInfo *info)
{
  AcuDeviceInfo *copy = g_new (AcuDeviceInfo, 1);

  *copy = *info;
  copy->name = g_strdup (info->name);
  copy->title = g_strdup (info->title);
  copy->driver = g_strdup (info->driver);
  g_ptr_array_add (list, copy);
}

GPtrArray *
acu_devices_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) acu_device_info_free);
  g_autofree char *cpu = g_strdup (acu_device_cpu.name), *title = g_strdup (_("Processor (CPU)"));
  const AcuDeviceInfo processor = { .name = cpu, .title = title, .state = ACU_DEVICE_SOUND };

  add_info (list, &processor);
#ifdef ACU_VULKAN
  guint n = 0;
  AcuVulkanDevice *const *all = acu_vulkan_devices (&n);

  for (guint i = 0; i < n; i++)
    {
      AcuDeviceInfo info = all[i]->info;

      info.state = acu_vulkan_test (all[i]);
      info.slow = !all[i]->software && info.state == ACU_DEVICE_SOUND && !acu_vulkan_is_quicker (all[i]);
      info.fast_half = info.state == ACU_DEVICE_SOUND && all[i]->base.halves;
      info.fast_matrices = info.fast_half && all[i]->tile.matrices == ACU_VULKAN_MATRICES;
      add_info (list, &info);
    }
#endif
  return list;
}
