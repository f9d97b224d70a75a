/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs between libgimp 2.10 (numbers as handles, counted arrays) and 3 (objects, NULL-ended arrays). In this room
 * only entry_*.c and dialog_*.c need to know otherwise which one it is. ACU_GIMP is 2 or 3 and comes from the build. */
#ifndef ACU_GIMP_COMPAT_H
#define ACU_GIMP_COMPAT_H

#include <libgimp/gimp.h>
#include <gegl.h>

#if ACU_GIMP == 2
typedef gint32 PluginImage;
typedef gint32 PluginItem;        /* a layer, group, mask, channel or the selection */
#else
typedef GimpImage *PluginImage;
typedef GimpItem *PluginItem;
#endif

#if ACU_GIMP == 2

static inline int
plugin_image_width (PluginImage image)
{
  return gimp_image_width (image);
}

static inline int
plugin_image_height (PluginImage image)
{
  return gimp_image_height (image);
}

static inline gboolean
plugin_image_is_indexed (PluginImage image)
{
  return gimp_image_base_type (image) == GIMP_INDEXED;
}

/* The three below: a new array to be freed with g_free(), with its length in *n. */
static inline PluginItem *
plugin_image_layers (PluginImage image, int *n)
{
  return gimp_image_get_layers (image, n);
}

static inline PluginItem *
plugin_image_channels (PluginImage image, int *n)
{
  return gimp_image_get_channels (image, n);
}

static inline PluginItem *
plugin_item_children (PluginItem group, int *n)
{
  return gimp_item_get_children (group, n);
}

static inline gboolean
plugin_item_is_group (PluginItem item)
{
  return gimp_item_is_group (item);
}

static inline gboolean
plugin_item_is_text (PluginItem item)
{
  return gimp_item_is_text_layer (item);
}

/* Whether the layer or group has a mask, and which. */
static inline gboolean
plugin_item_mask (PluginItem layer, PluginItem *mask)
{
  *mask = gimp_layer_get_mask (layer);
  return *mask != -1;
}

/* Whether anything is selected, and the channel that says what. */
static inline gboolean
plugin_image_selection (PluginImage image, PluginItem *selection)
{
  *selection = gimp_image_get_selection (image);
  return *selection != -1 && !gimp_selection_is_empty (image);
}

static inline void
plugin_item_rect (PluginItem item, GeglRectangle *rect)
{
  gimp_drawable_offsets (item, &rect->x, &rect->y);
  rect->width = gimp_drawable_width (item);
  rect->height = gimp_drawable_height (item);
}

static inline GeglBuffer *
plugin_item_buffer (PluginItem item)
{
  return gimp_drawable_get_buffer (item);
}

static inline void
plugin_item_update (PluginItem item, int width, int height)
{
  gimp_drawable_update (item, 0, 0, width, height);
}

/* The layer with pixels that the person works on: FALSE where it is none, or more than one. */
static inline gboolean
plugin_image_chosen_layer (PluginImage image, PluginItem *layer)
{
  *layer = gimp_image_get_active_layer (image);
  return *layer != -1 && !gimp_item_is_group (*layer);
}

/* A small picture of a layer; NULL where there is none. Unref it. */
static inline GdkPixbuf *
plugin_item_thumbnail (PluginItem layer, int side)
{
  return gimp_drawable_get_thumbnail (layer, side, side, GIMP_PIXBUF_SMALL_CHECKS);
}

/* The name that the image's window shows. g_free(). */
static inline char *
plugin_image_name (PluginImage image)
{
  return gimp_image_get_name (image);
}

/* A new image with one gray layer, not shown yet, and its layer. */
static inline PluginImage
plugin_image_new_gray (int width, int height, const char *name, PluginItem *layer)
{
  PluginImage image = gimp_image_new (width, height, GIMP_GRAY);

  *layer = gimp_layer_new (image, name, width, height, GIMP_GRAY_IMAGE, 100, GIMP_LAYER_MODE_NORMAL);
  gimp_image_insert_layer (image, *layer, -1, 0);
  return image;
}

/* A new layer on top of all, with the name, kind, opacity, mode and visibility of another one of the image, and this place. */
static inline PluginItem
plugin_layer_new_like (PluginImage image, PluginItem like, const GeglRectangle *rect)
{
  char *name = gimp_item_get_name (like);
  PluginItem layer = gimp_layer_new (image, name, rect->width, rect->height, gimp_drawable_type (like), gimp_layer_get_opacity (like),
                                     gimp_layer_get_mode (like));

  gimp_image_insert_layer (image, layer, 0, 0);
  gimp_layer_set_offsets (layer, rect->x, rect->y);
  gimp_item_set_visible (layer, gimp_item_get_visible (like));
  g_free (name);
  return layer;
}

/* A new layer on top of all, without transparency and hidden. */
static inline PluginItem
plugin_layer_new_hidden (PluginImage image, const char *name, const GeglRectangle *rect)
{
  GimpImageBaseType base = gimp_image_base_type (image);
  PluginItem layer = gimp_layer_new (image, name, rect->width, rect->height, base == GIMP_RGB ? GIMP_RGB_IMAGE : base == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_INDEXED_IMAGE,
                                     100, GIMP_LAYER_MODE_NORMAL);

  gimp_image_insert_layer (image, layer, 0, 0);
  gimp_layer_set_offsets (layer, rect->x, rect->y);
  gimp_item_set_visible (layer, FALSE);
  return layer;
}

/* A white mask of the layer. */
static inline PluginItem
plugin_layer_add_mask (PluginItem layer)
{
  PluginItem mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);

  gimp_layer_add_mask (layer, mask);
  return mask;
}

/* The colour space that the layers' pixels are really in: GIMP 2.10's buffers always claim sRGB. NULL: they know. */
static inline const Babl *
plugin_image_space (PluginImage image)
{
  GimpColorProfile *profile = gimp_image_get_effective_color_profile (image);
  const Babl *space = NULL;

  if (profile)
    {
      space = gimp_color_profile_get_space (profile, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, NULL);
      g_object_unref (profile);
    }
  return space;
}

#else

static inline int
plugin_image_width (PluginImage image)
{
  return gimp_image_get_width (image);
}

static inline int
plugin_image_height (PluginImage image)
{
  return gimp_image_get_height (image);
}

static inline gboolean
plugin_image_is_indexed (PluginImage image)
{
  return gimp_image_get_base_type (image) == GIMP_INDEXED;
}

static inline PluginItem *
plugin_counted (gpointer array, int *n)
{
  *n = array ? (int) g_strv_length (array) : 0;
  return array;
}

static inline PluginItem *
plugin_image_layers (PluginImage image, int *n)
{
  return plugin_counted (gimp_image_get_layers (image), n);
}

static inline PluginItem *
plugin_image_channels (PluginImage image, int *n)
{
  return plugin_counted (gimp_image_get_channels (image), n);
}

static inline PluginItem *
plugin_item_children (PluginItem group, int *n)
{
  return plugin_counted (gimp_item_get_children (group), n);
}

static inline gboolean
plugin_item_is_group (PluginItem item)
{
  return gimp_item_is_group (item);
}

static inline gboolean
plugin_item_is_text (PluginItem item)
{
  return gimp_item_is_text_layer (item);
}

static inline gboolean
plugin_item_mask (PluginItem layer, PluginItem *mask)
{
  *mask = GIMP_ITEM (gimp_layer_get_mask (GIMP_LAYER (layer)));
  return *mask != NULL;
}

static inline gboolean
plugin_image_selection (PluginImage image, PluginItem *selection)
{
  *selection = GIMP_ITEM (gimp_image_get_selection (image));
  return *selection && !gimp_selection_is_empty (image);
}

static inline void
plugin_item_rect (PluginItem item, GeglRectangle *rect)
{
  gimp_drawable_get_offsets (GIMP_DRAWABLE (item), &rect->x, &rect->y);
  rect->width = gimp_drawable_get_width (GIMP_DRAWABLE (item));
  rect->height = gimp_drawable_get_height (GIMP_DRAWABLE (item));
}

static inline GeglBuffer *
plugin_item_buffer (PluginItem item)
{
  return gimp_drawable_get_buffer (GIMP_DRAWABLE (item));
}

static inline void
plugin_item_update (PluginItem item, int width, int height)
{
  gimp_drawable_update (GIMP_DRAWABLE (item), 0, 0, width, height);
}

static inline gboolean
plugin_image_chosen_layer (PluginImage image, PluginItem *layer)
{
  GimpLayer **layers = gimp_image_get_selected_layers (image);
  gboolean one = layers && layers[0] && !layers[1];

  *layer = one ? GIMP_ITEM (layers[0]) : NULL;
  g_free (layers);
  return one && !gimp_item_is_group (*layer);
}

static inline GdkPixbuf *
plugin_item_thumbnail (PluginItem layer, int side)
{
  return gimp_drawable_get_thumbnail (GIMP_DRAWABLE (layer), side, side, GIMP_PIXBUF_SMALL_CHECKS);
}

/* Of a picture that was imported, GIMP 3 says that it has no title. */
static inline char *
plugin_image_name (PluginImage image)
{
  GFile *file = gimp_image_get_file (image);

  if (!file)
    file = gimp_image_get_imported_file (image);
  return file ? g_file_get_basename (file) : gimp_image_get_name (image);
}

static inline PluginImage
plugin_image_new_gray (int width, int height, const char *name, PluginItem *layer)
{
  PluginImage image = gimp_image_new (width, height, GIMP_GRAY);
  GimpLayer *own = gimp_layer_new (image, name, width, height, GIMP_GRAY_IMAGE, 100, GIMP_LAYER_MODE_NORMAL);

  gimp_image_insert_layer (image, own, NULL, 0);
  *layer = GIMP_ITEM (own);
  return image;
}

static inline PluginItem
plugin_layer_new_like (PluginImage image, PluginItem like, const GeglRectangle *rect)
{
  char *name = gimp_item_get_name (like);
  GimpLayer *layer = gimp_layer_new (image, name, rect->width, rect->height, gimp_drawable_type (GIMP_DRAWABLE (like)),
                                     gimp_layer_get_opacity (GIMP_LAYER (like)), gimp_layer_get_mode (GIMP_LAYER (like)));

  gimp_image_insert_layer (image, layer, NULL, 0);
  gimp_layer_set_offsets (layer, rect->x, rect->y);
  gimp_item_set_visible (GIMP_ITEM (layer), gimp_item_get_visible (like));
  g_free (name);
  return GIMP_ITEM (layer);
}

static inline PluginItem
plugin_layer_new_hidden (PluginImage image, const char *name, const GeglRectangle *rect)
{
  GimpImageBaseType base = gimp_image_get_base_type (image);
  GimpLayer *layer = gimp_layer_new (image, name, rect->width, rect->height, base == GIMP_RGB ? GIMP_RGB_IMAGE : base == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_INDEXED_IMAGE,
                                     100, GIMP_LAYER_MODE_NORMAL);

  gimp_image_insert_layer (image, layer, NULL, 0);
  gimp_layer_set_offsets (layer, rect->x, rect->y);
  gimp_item_set_visible (GIMP_ITEM (layer), FALSE);
  return GIMP_ITEM (layer);
}

static inline PluginItem
plugin_layer_add_mask (PluginItem layer)
{
  GimpLayerMask *mask = gimp_layer_create_mask (GIMP_LAYER (layer), GIMP_ADD_MASK_WHITE);

  gimp_layer_add_mask (GIMP_LAYER (layer), mask);
  return GIMP_ITEM (mask);
}

static inline const Babl *
plugin_image_space (PluginImage image)
{
  return NULL;
}

#endif
#endif
