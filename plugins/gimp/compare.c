/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare.h"
#include "dialog.h"
#include "widgets.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TILES ACU_MAX_CANDIDATES
#define SHOWN 4                   /* at first */
#define WIDE 1500                 /* pixels of a screen on which four tiles have room beside one another */
#define SIDE 200                  /* of a tile, in the toolkit's pixels */
#define DELAY 250                 /* milliseconds after the last change */
#define STEP 50                   /* pixels of the result that an arrow moves the piece */
/* Responses: the number of the tile that was chosen is added. */
#define RESPONSE_TILE 1

/* What tiles may differ in; the first is the model. */
static const char *const keys[] = { "model", "clean", "strength", "seed" };
#define KEYS G_N_ELEMENTS (keys)

typedef struct Compare Compare;

typedef struct Tile
{
  Compare *compare;
  int number;
  PluginValues values;
  GtkWidget *box, *canvas, *status, *fields[KEYS];
  PluginPatch *patch;             /* NULL before the first one is ready */
  gboolean wanted;                /* has to be computed anew */
  gboolean failed;                /* with these values */
} Tile;

struct Compare
{
  GtkWidget *dialog;
  PluginPreview *preview;
  PluginWorker *worker;
  guint delay;                    /* timeout */
  GtkWidget *versions;            /* how many tiles are shown */
  int columns;                    /* of tiles; two lines of them at most */
  int chosen;                     /* the tile that had the focus last */
  gboolean closing;
  Tile tiles[TILES];
};

static gboolean
is_used (const Tile *tile)
{
  return gtk_widget_get_visible (tile->box) && plugin_values_text (&tile->values, "model")[0] != '\0';
}

static void
draw (gpointer data, cairo_t *cr, int width, int height)
{
  const Tile *tile = data;

  cairo_set_source_rgb (cr, 0.2, 0.2, 0.2);
  cairo_paint (cr);
  if (tile->patch && is_used (tile))
    plugin_draw_picture (cr, tile->patch->after, (width - tile->patch->place.view.width) / 2, (height - tile->patch->place.view.height) / 2);
  if (tile->compare->chosen == tile->number)
    {
      cairo_set_source_rgb (cr, 0.2, 0.5, 0.9);
      cairo_set_line_width (cr, 6);
      cairo_rectangle (cr, 3, 3, width - 6, height - 6);
      cairo_stroke (cr);
    }
}

static void
add_work (Tile *tile, const PluginPatch *earlier)
{
  GError *error = NULL;
  PluginPatch *patch;
  int width, height;

  plugin_canvas_size (tile->canvas, &width, &height);
  patch = plugin_preview_patch (tile->compare->preview, &tile->values, width, height, earlier, &error);
  if (patch)
    {
      patch->number = tile->number;
      patch->measure = TRUE;
      if (!earlier)
        plugin_label_set_small (tile->status, _("Computing…"));
      plugin_worker_add (tile->compare->worker, patch);
    }
  else
    {
      plugin_label_set_small (tile->status, error->message);
      tile->wanted = FALSE;
      g_error_free (error);
    }
}

/* First all tiles roughly, then those that need more of the picture. */
static gboolean
start (gpointer data)
{
  Compare *compare = data;

  compare->delay = 0;
  for (int i = 0; i < TILES; i++)
    if (compare->tiles[i].wanted)
      add_work (&compare->tiles[i], NULL);
  for (int i = 0; i < TILES; i++)
    if (!compare->tiles[i].wanted && !compare->tiles[i].failed && compare->tiles[i].patch && is_used (&compare->tiles[i])
        && plugin_preview_can_refine (compare->tiles[i].patch))
      add_work (&compare->tiles[i], compare->tiles[i].patch);
  return G_SOURCE_REMOVE;
}

static void
restart (Compare *compare)
{
  plugin_worker_cancel (compare->worker);
  g_clear_handle_id (&compare->delay, g_source_remove);
  compare->delay = g_timeout_add (DELAY, start, compare);
}

static void
show_numbers (const Tile *tile)
{
  char *numbers = acu_bridge_measures_text (&tile->patch->measures), *text;

  text = g_strdup_printf ("%s\n%s", numbers, plugin_patch_is_exact (tile->patch) ? _("100 %: this is what the result will be.") : _("100 %"));
  plugin_label_set_small (tile->status, text);
  g_free (text);
  g_free (numbers);
}

static void
on_done (gpointer data, PluginPatch *patch)
{
  Compare *compare = data;
  Tile *tile = &compare->tiles[patch->number];
  gboolean first = tile->wanted;

  tile->wanted = FALSE;
  tile->failed = patch->error != NULL;
  if (patch->error)
    {
      plugin_label_set_small (tile->status, patch->error->message);
      plugin_patch_free (patch);
      g_clear_pointer (&tile->patch, plugin_patch_free);
    }
  else
    {
      plugin_patch_free (tile->patch);
      tile->patch = patch;
      show_numbers (tile);
      if (first && plugin_preview_can_refine (patch))
        add_work (tile, patch);
    }
  gtk_widget_queue_draw (tile->canvas);
}

static void
take_values (Tile *tile)
{
  for (guint k = 0; k < KEYS; k++)
    {
      int index = plugin_option_index (keys[k]);
      char *name;

      if (GTK_IS_SPIN_BUTTON (tile->fields[k]))
        tile->values.value[index].number = gtk_spin_button_get_value (GTK_SPIN_BUTTON (tile->fields[k]));
      else if ((name = plugin_combo_name (tile->fields[k])))
        {
          plugin_values_set_text (&tile->values, index, name);
          g_free (name);
        }
    }
}

static void
set_fields (Tile *tile)
{
  for (guint k = 0; k < KEYS; k++)
    if (GTK_IS_SPIN_BUTTON (tile->fields[k]))
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (tile->fields[k]), plugin_values_number (&tile->values, keys[k]));
    else
      plugin_combo_select (tile->fields[k], plugin_values_text (&tile->values, keys[k]));
}

/* Of a first picture that has nothing of a network there is but one version. */
static void
show_versions (Compare *compare)
{
  const PluginValues *first = &compare->tiles[0].values;
  gboolean differ = acu_candidates_differ (plugin_values_text (first, "model"), plugin_preview_factor (compare->preview, first), plugin_values_number (first, "strength"));

  gtk_widget_set_sensitive (compare->versions, differ);
  gtk_widget_set_tooltip_text (compare->versions, differ ? _("How many versions of the first picture are shown: other seeds, models or strengths") : acu_candidates_same_text ());
}

static void
show_tile (Tile *tile)
{
  const char *model = plugin_values_text (&tile->values, "model");
  gboolean cleans = plugin_preview_cleans (tile->compare->preview, &tile->values);

  gtk_widget_set_sensitive (tile->fields[1], cleans);
  gtk_widget_set_sensitive (tile->fields[2], is_used (tile));
  gtk_widget_set_sensitive (tile->fields[3], is_used (tile) && acu_model_diffuses (model, plugin_preview_factor (tile->compare->preview, &tile->values)));
  if (!cleans)
    tile->values.value[plugin_option_index ("clean")].number = 0;
  if (tile->number == 0)
    show_versions (tile->compare);
  plugin_widget_describe (tile->canvas, NULL, model);
  if (!is_used (tile))
    plugin_label_set_small (tile->status, "");
}

static void
on_changed (GtkWidget *field, Tile *tile)
{
  if (tile->compare->closing)
    return;
  take_values (tile);
  show_tile (tile);
  tile->wanted = is_used (tile);
  gtk_widget_queue_draw (tile->canvas);
  restart (tile->compare);
}

static void
choose (Tile *tile)
{
  if (is_used (tile))
    gtk_dialog_response (GTK_DIALOG (tile->compare->dialog), RESPONSE_TILE + tile->number);
}

static gboolean
on_press (GtkWidget *canvas, GdkEventButton *event, Tile *tile)
{
  if (event->button != 1)
    return FALSE;
  choose (tile);
  return TRUE;
}

static gboolean
on_key (GtkWidget *canvas, GdkEventKey *event, Tile *tile)
{
  int x, y;

  if (plugin_key_is_arrow (event->keyval, &x, &y))
    {
      plugin_preview_move (tile->compare->preview, STEP * x, STEP * y);
      for (int i = 0; i < TILES; i++)
        tile->compare->tiles[i].wanted = is_used (&tile->compare->tiles[i]);
      restart (tile->compare);
    }
  else if (event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter || event->keyval == GDK_KEY_space)
    choose (tile);
  else
    return FALSE;
  return TRUE;
}

static gboolean
on_focus (GtkWidget *canvas, GdkEventFocus *event, Tile *tile)
{
  tile->compare->chosen = tile->number;
  for (int i = 0; i < TILES; i++)
    gtk_widget_queue_draw (tile->compare->tiles[i].canvas);
  return FALSE;
}

/* Other networks for the same size, then filters: what one may want to see beside the first. */
static void
other_models (Compare *compare, const char *own, double factor)
{
  GPtrArray *models = acu_models_list (NULL);
  int next = 1;

  for (int classic = 0; models && classic < 2; classic++)
    for (guint i = 0; i < models->len && next < SHOWN; i++)
      {
        const AcuModelInfo *info = g_ptr_array_index (models, i);
        gboolean fits = classic ? g_str_equal (info->name, "lanczos3") || g_str_equal (info->name, "cubic") || g_str_equal (info->name, "mitchell")
                                : info->path && info->scale == MAX (2, (int) ceil (factor));

        if (!!info->classic != classic || !fits || g_str_equal (info->name, own))
          continue;
        plugin_values_set_text (&compare->tiles[next].values, plugin_option_index ("model"), info->name);
        next++;
      }
  for (; next < TILES; next++)
    plugin_values_set_text (&compare->tiles[next].values, plugin_option_index ("model"), "");
  if (models)
    g_ptr_array_unref (models);
}

static GtkWidget *
new_field (Tile *tile, const char *key)
{
  const AcuOption *option = acu_option_find (key);
  GtkWidget *field;

  if (option->type != ACU_OPTION_DOUBLE && option->type != ACU_OPTION_INT)
    {
      field = plugin_combo_new (option);
      plugin_combo_append (field, "", _("Nothing"));
      plugin_combo_select (field, plugin_values_text (&tile->values, key));
      g_signal_connect (field, "changed", G_CALLBACK (on_changed), tile);
    }
  else
    {
      field = gtk_spin_button_new_with_range (option->minimum, option->maximum, option->type == ACU_OPTION_INT ? 1 : 0.1);
      gtk_spin_button_set_digits (GTK_SPIN_BUTTON (field), option->type == ACU_OPTION_INT ? 0 : 2);
      gtk_entry_set_width_chars (GTK_ENTRY (field), 6);
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (field), plugin_values_number (&tile->values, key));
      g_signal_connect (field, "value-changed", G_CALLBACK (on_changed), tile);
    }
  gtk_widget_set_tooltip_text (field, _(option->help));
  return field;
}

static GtkWidget *
new_tile (Tile *tile)
{
  GtkWidget *box = plugin_box_new (GTK_ORIENTATION_VERTICAL, 3), *numbers = plugin_box_new (GTK_ORIENTATION_VERTICAL, 3);
  /* Translators: one of the pictures that are compared, by its number. */
  char *name = g_strdup_printf (_("Picture %d: choose it with Enter or a click"), tile->number + 1);

  tile->box = box;
  if (tile->number >= SHOWN)
    gtk_widget_hide (box);
  tile->canvas = plugin_canvas_new (SIDE, SIDE, name, draw, tile);
  g_free (name);
  g_signal_connect (tile->canvas, "button-press-event", G_CALLBACK (on_press), tile);
  g_signal_connect (tile->canvas, "key-press-event", G_CALLBACK (on_key), tile);
  g_signal_connect (tile->canvas, "focus-in-event", G_CALLBACK (on_focus), tile);
  tile->status = plugin_label_new (NULL, SIDE);
  gtk_box_pack_start (GTK_BOX (box), tile->canvas, TRUE, TRUE, 0);
  for (guint k = 0; k < KEYS; k++)
    {
      GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
      GtkWidget *row;

      tile->fields[k] = new_field (tile, keys[k]);
      row = plugin_row_new (labels, _(acu_option_find (keys[k])->label), tile->fields[k], k == 0);
      g_object_unref (labels);
      gtk_box_pack_start (GTK_BOX (k == 0 ? box : numbers), row, k == 0, k == 0, 0);
    }
  gtk_box_pack_start (GTK_BOX (box), numbers, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), tile->status, FALSE, FALSE, 0);
  show_tile (tile);
  tile->wanted = is_used (tile);
  return box;
}

/* As many versions as the field says: what else could be made with the first picture's model. */
static void
on_versions (GtkWidget *spin, Compare *compare)
{
  const PluginValues *first = &compare->tiles[0].values;
  int n = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (spin));
  GPtrArray *list = acu_candidates_list (plugin_values_text (first, "model"), plugin_preview_factor (compare->preview, first), plugin_values_number (first, "strength"),
                                         (int) plugin_values_number (first, "seed"), n, NULL);

  if (!list)
    return;
  /* Fields that are set tell nobody. */
  compare->closing = TRUE;
  for (int i = 1; i < TILES; i++)
    {
      Tile *tile = &compare->tiles[i];

      gtk_widget_set_visible (tile->box, i < (int) list->len);
      tile->wanted = FALSE;
      if (i >= (int) list->len)
        continue;
      tile->values = *first;
      plugin_values_set_text (&tile->values, plugin_option_index ("model"), ((AcuCandidate *) g_ptr_array_index (list, i))->model);
      tile->values.value[plugin_option_index ("strength")].number = ((AcuCandidate *) g_ptr_array_index (list, i))->strength;
      tile->values.value[plugin_option_index ("seed")].number = ((AcuCandidate *) g_ptr_array_index (list, i))->seed;
      set_fields (tile);
      show_tile (tile);
      tile->wanted = TRUE;
    }
  compare->closing = FALSE;
  g_ptr_array_unref (list);
  restart (compare);
}

static GtkWidget *
new_versions_row (Compare *compare)
{
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  GtkWidget *row;

  compare->versions = gtk_spin_button_new_with_range (2, MIN (TILES, 2 * compare->columns), 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (compare->versions), SHOWN);
  g_signal_connect (compare->versions, "value-changed", G_CALLBACK (on_versions), compare);
  row = plugin_row_new (labels, _("_Versions"), compare->versions, FALSE);
  g_object_unref (labels);
  return row;
}

static void
fill_window (Compare *compare)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (compare->dialog)), *rows = plugin_box_new (GTK_ORIENTATION_VERTICAL, 12), *line = NULL;

  gtk_container_set_border_width (GTK_CONTAINER (rows), 12);
  gtk_box_pack_start (GTK_BOX (rows), plugin_label_new (_("Click the picture that you like best. Arrow keys show another piece."), 0), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (rows), new_versions_row (compare), FALSE, FALSE, 0);
  for (int i = 0; i < TILES; i++)
    {
      if (i % compare->columns == 0)
        {
          line = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
          gtk_box_pack_start (GTK_BOX (rows), line, TRUE, TRUE, 0);
        }
      gtk_box_pack_start (GTK_BOX (line), new_tile (&compare->tiles[i]), TRUE, TRUE, 0);
    }
  gtk_box_pack_start (GTK_BOX (content), rows, TRUE, TRUE, 0);
}

gboolean
plugin_compare_run (PluginPreview *preview, GtkWindow *parent, PluginValues *values)
{
  Compare *compare = g_new0 (Compare, 1);
  double factor = plugin_preview_factor (preview, values);
  AcuModelInfo *own = acu_model_find (plugin_values_text (values, "model"), factor, NULL);
  int response;

  plugin_preview_pause (preview);
  compare->preview = preview;
  compare->worker = plugin_worker_new (on_done, compare);
  for (int i = 0; i < TILES; i++)
    {
      compare->tiles[i] = (Tile) { .compare = compare, .number = i };
      compare->tiles[i].values = *values;
    }
  other_models (compare, own ? own->name : "", factor);
  acu_model_info_free (own);
  compare->dialog = plugin_window_new (_("Compare"), PLUGIN_PROCEDURE, _("_Choose"));
  gtk_window_set_transient_for (GTK_WINDOW (compare->dialog), parent);
  compare->columns = plugin_room_across (GTK_WIDGET (parent)) >= WIDE ? 4 : 2;
  fill_window (compare);
  gtk_widget_grab_focus (compare->tiles[0].canvas);
  gtk_widget_show (compare->dialog);
  restart (compare);
  response = gimp_dialog_run (GIMP_DIALOG (compare->dialog));
  if (response == GTK_RESPONSE_OK && is_used (&compare->tiles[compare->chosen]))
    response = RESPONSE_TILE + compare->chosen;
  if (response >= RESPONSE_TILE)
    {
      Tile *tile = &compare->tiles[response - RESPONSE_TILE];

      /* what was typed last */
      for (guint k = 1; k < KEYS; k++)
        gtk_spin_button_update (GTK_SPIN_BUTTON (tile->fields[k]));
      *values = tile->values;
    }
  compare->closing = TRUE;
  gtk_widget_destroy (compare->dialog);
  g_clear_handle_id (&compare->delay, g_source_remove);
  plugin_worker_leave (compare->worker);
  for (int i = 0; i < TILES; i++)
    plugin_patch_free (compare->tiles[i].patch);
  g_free (compare);
  return response >= RESPONSE_TILE;
}
