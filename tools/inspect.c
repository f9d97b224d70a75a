/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity inspect, acuity devices. */
#include "tool.h"

#include <glib/gi18n.h>

/* White between maps, in pixels. */
#define GAP 2
#define LONGEST 256

typedef struct Arguments
{
  gboolean graph, plan, cards;
  char *size, *maps, *output, *place;
  int width, height, longest;
} Arguments;

/* The picture's pixels, made smaller where it is larger than wanted. acu_free(). */
static float *
small_pixels (GeglBuffer *buffer, int longest, int *width, int *height, GError **error)
{
  int own_width = gegl_buffer_get_width (buffer), own_height = gegl_buffer_get_height (buffer);
  double factor = MIN (1, (double) longest / MAX (own_width, own_height));
  float *pixels = tool_picture_pixels (buffer, error), *small;
  AcuResamplerParams params = { acu_filter_find ("lanczos3"), own_width, own_height, 0, 0, 3 };

  *width = params.dst_width = MAX (1, (int) (own_width * factor + 0.5));
  *height = params.dst_height = MAX (1, (int) (own_height * factor + 0.5));
  if (!pixels || factor >= 1)
    return pixels;
  small = acu_try_alloc ((guint64) *width * (guint64) *height, 3 * sizeof (float));
  if (!small)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  else if (!acu_resample_picture (&params, ACU_SAMPLE_FLOAT, pixels, (gsize) own_width * 3 * sizeof (float), small,
                                  (gsize) *width * 3 * sizeof (float), (int) g_get_num_processors (), error))
    g_clear_pointer (&small, acu_free);
  acu_free (pixels);
  return small;
}

static AcuMaps *
make_maps (const Arguments *arguments, const AcuModelInfo *model, GError **error)
{
  ToolPicture *picture = tool_picture_load (arguments->maps, error);
  AcuMaps *maps = NULL;
  int width, height;
  float *pixels = picture ? small_pixels (picture->buffer, arguments->longest, &width, &height, error) : NULL;

  if (pixels)
    maps = acu_maps_new (model, arguments->place ? arguments->place : "edges", pixels, width, height, 0, error);
  acu_free (pixels);
  if (picture)
    tool_picture_free (picture);
  return maps;
}

/* A contact sheet of what a layer sees in a picture. */
static gboolean
draw_maps (const Arguments *arguments, const AcuModelInfo *model, GError **error)
{
  const ToolFormat *format = tool_format_find (arguments->output, error);
  g_autoptr (GHashTable) written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean ready = format && tool_can_write (arguments->output, error)
                   && tool_output_is_free (arguments->maps, arguments->output, written, error);
  AcuMaps *maps = ready ? make_maps (arguments, model, error) : NULL;
  int width, height;
  guint8 *pixels = maps ? acu_maps_sheet (maps, GAP, &width, &height, error) : NULL;
  GeglBuffer *buffer;

  if (pixels)
    g_print (_("%s (%s): %d maps of %d × %d pixels\n"), maps->place, acu_maps_level_label (maps->level), maps->channels, maps->width,
             maps->height);
  acu_maps_free (maps);
  if (!pixels)
    return FALSE;
  buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width, height), babl_format ("Y' u8"));
  gegl_buffer_set (buffer, gegl_buffer_get_extent (buffer), 0, babl_format ("Y' u8"), pixels, GEGL_AUTO_ROWSTRIDE);
  g_free (pixels);
  return tool_picture_save (NULL, buffer, arguments->output, format, 95, error);
}

static gboolean
print_places (const AcuModelInfo *model, GError **error)
{
  g_auto (GStrv) places = acu_model_places (model, error);

  for (guint i = 0; places && places[i]; i++)
    g_print ("%-10s %s\n", acu_maps_level_name (i * 3 / g_strv_length (places)), places[i]);
  return places != NULL;
}

static gboolean
inspect (const Arguments *arguments, const char *name, GError **error)
{
  AcuModelInfo *model = acu_model_find (name, 2, error);
  gboolean ok = model != NULL;

  if (ok && (arguments->graph || arguments->plan))
    {
      g_autofree char *text = acu_model_print (model, arguments->width, arguments->height, arguments->plan, error);

      ok = text != NULL;
      if (text)
        g_print ("%s", text);
    }
  else if (ok && arguments->cards)
    {
      g_autofree char *text = acu_model_predict (model, arguments->width, arguments->height, error);

      ok = text != NULL;
      if (text)
        g_print ("%s", text);
    }
  else if (ok && arguments->maps)
    {
      tool_catch_signals ();
      gegl_init (NULL, NULL);
      tool_keep_warnings ();
      ok = draw_maps (arguments, model, error);
      gegl_exit ();
    }
  else if (ok)
    ok = print_places (model, error);
  acu_model_info_free (model);
  return ok;
}

int
tool_inspect (int argc, char **argv)
{
  Arguments arguments = { .width = 256, .height = 256, .longest = LONGEST };
  gboolean places = FALSE;
  const GOptionEntry entries[] = {
    { "graph", 0, 0, G_OPTION_ARG_NONE, &arguments.graph, N_("Print the layers of the network"), NULL },
    { "plan", 0, 0, G_OPTION_ARG_NONE, &arguments.plan, N_("Print also how it would be run"), NULL },
    { "cards", 0, 0, G_OPTION_ARG_NONE, &arguments.cards, N_("Print what it asks of graphics cards, and how long some would take by a model"), NULL },
    { "size", 0, 0, G_OPTION_ARG_STRING, &arguments.size, N_("Of the picture; 256x256 without"), "WxH" },
    { "maps", 0, 0, G_OPTION_ARG_FILENAME, &arguments.maps, N_("Show what a layer sees in this picture"), N_("PICTURE") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output, N_("Where to: a sheet of all of the layer's maps"), N_("FILE") },
    { "place", 0, 0, G_OPTION_ARG_STRING, &arguments.place, N_("Which layer: edges, shapes, features, or a name that --places prints"), N_("NAME") },
    { "places", 0, 0, G_OPTION_ARG_NONE, &places, N_("Print which layers --maps can show"), NULL },
    { "longest", 0, 0, G_OPTION_ARG_INT, &arguments.longest, N_("Larger pictures are made smaller first (default: 256)"), N_("PIXELS") },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("MODEL — look inside a network"));
  g_autoptr (GError) error = NULL;
  int status = TOOL_OK;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (arguments.size && !acu_size_parse_pixels (arguments.size, &arguments.width, &arguments.height, &error)))
    {
      tool_complain ("%s", error->message);
      status = TOOL_USAGE;
    }
  else if (argc != 2 || (arguments.graph || arguments.plan) + arguments.cards + (arguments.maps != NULL) + places != 1 || !arguments.width || !arguments.height
           || !arguments.maps != !arguments.output || (arguments.place && !arguments.maps) || arguments.longest < 1 || arguments.longest > ACU_MAX_SIDE)
    {
      tool_complain (_("Name one model and what to print: --graph, --plan, --cards or --places; or --maps PICTURE -o SHEET.png."));
      status = TOOL_USAGE;
    }
  else if (!inspect (&arguments, argv[1], &error))
    {
      tool_complain ("%s", error->message);
      status = TOOL_FAILED;
    }
  g_free (arguments.size);
  g_free (arguments.maps);
  g_free (arguments.output);
  g_free (arguments.place);
  return status;
}
