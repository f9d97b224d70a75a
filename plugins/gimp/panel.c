/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is inside of the dialog: a row for each option of the table, and what will come of it. */
#include "batch_window.h"
#include "cards.h"
#include "compare.h"
#include "lines.h"
#include "presets_row.h"
#include "preview.h"
#include "widgets.h"

#include <glib/gi18n.h>
#include <math.h>

#define TEXT_WIDTH 380
/* Pixels above and below the options in a window: its title, buttons and edges. */
#define AROUND (ACU_GIMP == 2 ? 130 : 190)
#define PAPER_ROUND_UP 0.049      /* millimetres: almost half of the last digit shown */
#define ESTIMATE_DELAY 250        /* milliseconds after the last change */

typedef struct Row
{
  GtkWidget *box, *field;
} Row;

/* Two lengths that stay in proportion while their chain is closed. */
typedef struct Pair
{
  const char *first, *second;
  GtkWidget *box, *chain;
} Pair;

struct PluginPanel
{
  PluginImage image;
  int width, height;              /* of the image as it is */
  PluginValues values;
  GtkDialog *dialog;
  PluginLines lines;
  Row rows[PLUGIN_MAX_OPTIONS];
  Pair pairs[2];
  GtkWidget *content, *detail, *outcome, *result, *limits, *icon, *status;
  double oversize;                /* of the layer: acu_measure_oversize() */
  PluginPanelChanged changed;
  gpointer data;
  guint estimate;                 /* timeout */
  PluginEstimate *time;
  PluginPreview *preview;
  PluginPresets *presets;
  gboolean same_size;             /* the size is not to be chosen */
  gboolean updating;
};

/* Fields that only one way of giving the size needs, and their units. */
static const struct
{
  const char *key, *mode, *unit;
} size_fields[] = {
  { "scale", "factor", NULL },
  { "width", "pixels", N_("pixels") },
  { "height", "pixels", N_("pixels") },
  { "longest", "longest", N_("pixels") },
  { "print-width", "print", N_("mm") },
  { "print-height", "print", N_("mm") },
  { "resolution", "print", N_("pixels per inch") }
};

static int
size_field (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (size_fields); i++)
    if (g_str_equal (size_fields[i].key, key))
      return (int) i;
  return -1;
}

/* What is gray does not count. */
static double
value_when_gray (const PluginPanel *panel, const AcuOption *option, int i, double value)
{
  return (g_str_equal (option->key, "clean") || g_str_equal (option->key, "candidates")) && !gtk_widget_get_sensitive (panel->rows[i].box) ? option->default_number : value;
}

void
plugin_panel_get (const PluginPanel *panel, PluginValues *values)
{
  *values = panel->values;
  plugin_for_each_option (option, i)
    {
      GtkWidget *field = panel->rows[i].field;
      char *text;

      if (GTK_IS_SPIN_BUTTON (field))
        values->value[i].number = value_when_gray (panel, option, i, gtk_spin_button_get_value (GTK_SPIN_BUTTON (field)));
      else if (GTK_IS_TOGGLE_BUTTON (field))
        values->value[i].number = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (field));
      else if (GTK_IS_COMBO_BOX (field) && (text = plugin_combo_name (field)))
        {
          plugin_values_set_text (values, i, text);
          g_free (text);
        }
      else if (GTK_IS_ENTRY (field))
        plugin_values_set_text (values, i, gtk_entry_get_text (GTK_ENTRY (field)));
    }
}

/* What is shown is what counts: a hidden digit would be lost, and the size change, when the field loses the focus. */
static void
set_spin (GtkWidget *spin, double value)
{
  double digits = pow (10, gtk_spin_button_get_digits (GTK_SPIN_BUTTON (spin)));

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), floor (value * digits + 0.5) / digits);
}

static void
show_values (PluginPanel *panel)
{
  gboolean updating = panel->updating;

  panel->updating = TRUE;
  plugin_for_each_option (option, i)
    {
      GtkWidget *field = panel->rows[i].field;
      const PluginValue *value = &panel->values.value[i];

      if (GTK_IS_SPIN_BUTTON (field))
        set_spin (field, value->number);
      else if (GTK_IS_TOGGLE_BUTTON (field))
        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (field), value->number != 0);
      else if (GTK_IS_COMBO_BOX (field))
        plugin_combo_select (field, value->text);
      else if (GTK_IS_ENTRY (field))
        gtk_entry_set_text (GTK_ENTRY (field), value->text);
    }
  panel->updating = updating;
}

/* Sizes that were never given start at twice the image's own, on paper at the resolution asked for. */
static void
fill_missing (PluginPanel *panel)
{
  double resolution = plugin_values_number (&panel->values, "resolution");
  double ratio = (double) panel->width / panel->height;

  for (guint k = 0; k < G_N_ELEMENTS (panel->pairs); k++)
    {
      double unit = k == 0 ? 1 : 25.4 / resolution;
      double *first = &panel->values.value[plugin_option_index (panel->pairs[k].first)].number;
      double *second = &panel->values.value[plugin_option_index (panel->pairs[k].second)].number;

      if (*first <= 0 && *second <= 0)
        *first = 2 * panel->width * unit;
      if (*first <= 0)
        *first = *second * ratio;
      if (*second <= 0)
        *second = *first / ratio + (k == 1 ? PAPER_ROUND_UP : 0);
    }
  if (plugin_values_number (&panel->values, "longest") <= 0)
    panel->values.value[plugin_option_index ("longest")].number = 2 * MAX (panel->width, panel->height);
}

/* Of a result that has nothing of a network there is but one version. */
static void
show_versions (PluginPanel *panel, double factor)
{
  const Row *row = &panel->rows[plugin_option_index ("candidates")];
  gboolean differ = acu_candidates_differ (plugin_values_text (&panel->values, "model"), factor, plugin_values_number (&panel->values, "strength"));

  gtk_widget_set_sensitive (row->box, differ);
  gtk_widget_set_tooltip_text (row->field, differ ? _(acu_option_find ("candidates")->help) : acu_candidates_same_text ());
}

static void
show_rows (PluginPanel *panel)
{
  const char *mode = plugin_values_text (&panel->values, "size-mode");
  static const char *const diffusion_keys[] = { "seed", "steps", "consistency" };
  const char *model = plugin_values_text (&panel->values, "model");
  double factor = plugin_values_factor (&panel->values, panel->width, panel->height);
  gboolean diffuses = acu_model_diffuses (model, factor);

  for (guint i = 0; i < G_N_ELEMENTS (size_fields); i++)
    gtk_widget_set_visible (panel->rows[plugin_option_index (size_fields[i].key)].box,
                            !panel->same_size && g_str_equal (size_fields[i].mode, mode));
  gtk_widget_set_visible (panel->rows[plugin_option_index ("size-mode")].box, !panel->same_size);
  gtk_widget_set_visible (panel->outcome, !panel->same_size);
  gtk_widget_set_visible (panel->rows[plugin_option_index ("result")].box, !panel->same_size);
  gtk_widget_set_visible (panel->rows[plugin_option_index ("trust-layer")].box, !panel->same_size);
  gtk_widget_set_visible (panel->rows[plugin_option_index ("candidates")].box, !panel->same_size);
  gtk_widget_set_sensitive (panel->rows[plugin_option_index ("clean")].box, acu_model_cleans (model, factor));
  for (guint i = 0; i < G_N_ELEMENTS (diffusion_keys); i++)
    gtk_widget_set_visible (panel->rows[plugin_option_index (diffusion_keys[i])].box, diffuses);
  gtk_widget_set_sensitive (panel->rows[plugin_option_index ("text-strength")].box,
                            !g_str_equal (plugin_values_text (&panel->values, "text"), "off"));
  gtk_widget_set_sensitive (panel->rows[plugin_option_index ("face-strength")].box,
                            !g_str_equal (plugin_values_text (&panel->values, "faces"), "off"));
  gtk_widget_set_visible (panel->pairs[0].box, !panel->same_size && g_str_equal (mode, "pixels"));
  gtk_widget_set_visible (panel->pairs[1].box, !panel->same_size && g_str_equal (mode, "print"));
  show_versions (panel, factor);
  plugin_lines_update (&panel->lines);
}

static void
show_status (PluginPanel *panel, const GError *error, const char *text)
{
  gtk_dialog_set_response_sensitive (panel->dialog, GTK_RESPONSE_OK, error == NULL);
  gtk_widget_set_visible (panel->icon, error != NULL);
  if (error)
    gtk_label_set_text (GTK_LABEL (panel->status), error->message);
  else
    plugin_label_set_small (panel->status, text);
}

static gboolean
estimate (gpointer data)
{
  PluginPanel *panel = data;

  panel->estimate = 0;
  show_status (panel, NULL, _("Working out how much memory is needed…"));
  plugin_estimate_ask (panel->time, &panel->values);
  return G_SOURCE_REMOVE;
}

static void
on_estimated (gpointer data, const char *text, const GError *error)
{
  show_status (data, error, text);
}

/* What must not be expected of a result so many times larger. */
static void
show_limits (PluginPanel *panel, double factor)
{
  char *text = panel->same_size ? NULL : acu_limits_text (factor, panel->oversize);

  gtk_widget_set_visible (panel->limits, text != NULL);
  plugin_label_set_small (panel->limits, text ? text : "");
  g_free (text);
}

static void
show_outcome (PluginPanel *panel)
{
  AcuSize size;
  GError *error = NULL;
  char *detail = plugin_combo_detail (panel->rows[plugin_option_index ("model")].field);
  int width, height;

  plugin_label_set_small (panel->detail, detail ? detail : "");
  g_free (detail);
  plugin_values_size (&panel->values, &size);
  g_clear_handle_id (&panel->estimate, g_source_remove);
  /* What is told from now on must be about these values. */
  plugin_estimate_forget (panel->time);
  if (acu_size_resolve (&size, panel->width, panel->height, &width, &height, &error))
    {
      char *text = g_strdup_printf (_("%d × %d pixels"), width, height);
      char *markup = g_markup_printf_escaped ("<b>%s</b>", text);

      gtk_label_set_markup (GTK_LABEL (panel->result), markup);
      g_free (markup);
      g_free (text);
      show_limits (panel, fmax ((double) width / panel->width, (double) height / panel->height));
      gtk_dialog_set_response_sensitive (panel->dialog, GTK_RESPONSE_OK, TRUE);
      panel->estimate = g_timeout_add (ESTIMATE_DELAY, estimate, panel);
      plugin_preview_set (panel->preview, &panel->values);
    }
  else
    {
      gtk_label_set_text (GTK_LABEL (panel->result), "–");
      show_status (panel, error, NULL);
      g_clear_error (&error);
    }
}

static void
follow_chain (PluginPanel *panel, GtkWidget *changed)
{
  double ratio = (double) panel->width / panel->height;

  for (guint k = 0; k < G_N_ELEMENTS (panel->pairs); k++)
    {
      const Pair *pair = &panel->pairs[k];
      /* A picture is fitted into its paper, so the side that follows must not be the smaller one by a rounding. */
      double up = k == 1 ? PAPER_ROUND_UP : 0;
      GtkWidget *first = panel->rows[plugin_option_index (pair->first)].field;
      GtkWidget *second = panel->rows[plugin_option_index (pair->second)].field;

      if (!gimp_chain_button_get_active (GIMP_CHAIN_BUTTON (pair->chain)))
        continue;
      if (changed == first || changed == pair->chain)
        set_spin (second, gtk_spin_button_get_value (GTK_SPIN_BUTTON (first)) / ratio + up);
      else if (changed == second)
        set_spin (first, gtk_spin_button_get_value (GTK_SPIN_BUTTON (second)) * ratio + up);
    }
}

static void
on_changed (GtkWidget *widget, PluginPanel *panel)
{
  if (panel->updating)
    return;
  panel->updating = TRUE;
  follow_chain (panel, widget);
  plugin_panel_get (panel, &panel->values);
  show_rows (panel);
  /* Without what has become gray. */
  plugin_panel_get (panel, &panel->values);
  show_outcome (panel);
  plugin_presets_changed (panel->presets);
  if (panel->changed)
    panel->changed (panel->data, &panel->values);
  panel->updating = FALSE;
}

void
plugin_panel_set (PluginPanel *panel, const PluginValues *values)
{
  double ratio = (double) panel->width / panel->height;

  panel->updating = TRUE;
  panel->values = *values;
  if (panel->same_size)
    plugin_values_keep_size (&panel->values);
  fill_missing (panel);
  show_values (panel);
  plugin_panel_get (panel, &panel->values);
  for (guint k = 0; k < G_N_ELEMENTS (panel->pairs); k++)
    {
      double first = plugin_values_number (&panel->values, panel->pairs[k].first);
      double second = plugin_values_number (&panel->values, panel->pairs[k].second);

      gimp_chain_button_set_active (GIMP_CHAIN_BUTTON (panel->pairs[k].chain), ABS (first / ratio - second) <= 1);
    }
  show_rows (panel);
  plugin_panel_get (panel, &panel->values);
  show_outcome (panel);
  panel->updating = FALSE;
}

static void
add_row (PluginPanel *panel, GtkBox *line, gboolean right, const AcuOption *option, int index)
{
  int limited = size_field (option->key);
  GtkWidget *field = plugin_field_new (option), *box;

  /* On the right, what a box to tick says follows at once. */
  if (right && option->type == ACU_OPTION_BOOLEAN)
    {
      box = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_box_pack_start (GTK_BOX (box), field, FALSE, FALSE, 0);
      gtk_widget_show (field);
    }
  else
    box = plugin_row_new (panel->lines.labels[right], option->type == ACU_OPTION_BOOLEAN ? "" : _(option->label), field, !GTK_IS_SPIN_BUTTON (field));
  gtk_widget_set_tooltip_text (field, _(option->help));
  if (limited >= 0 && size_fields[limited].unit)
    gtk_box_pack_start (GTK_BOX (box), plugin_label_new (_(size_fields[limited].unit), 0), FALSE, FALSE, 0);
  gtk_box_pack_start (line, box, TRUE, TRUE, 0);
  panel->rows[index] = (Row) { box, field };
  if (g_str_equal (option->key, "device"))
    plugin_cards_add (field);
  g_signal_connect (field, plugin_field_signal (field), G_CALLBACK (on_changed), panel);
}

static GtkBox *
add_pair (PluginPanel *panel, GtkBox *parent, Pair *pair)
{
  GtkWidget *line = plugin_line_new ();

  pair->box = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  pair->chain = gimp_chain_button_new (GIMP_CHAIN_RIGHT);
  gtk_widget_set_tooltip_text (pair->chain, _("Keep the proportions of the picture"));
  gtk_widget_show (pair->chain);
  gtk_box_pack_start (GTK_BOX (pair->box), line, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (pair->box), pair->chain, FALSE, FALSE, 0);
  gtk_box_pack_start (parent, pair->box, FALSE, FALSE, 0);
  g_signal_connect (pair->chain, "toggled", G_CALLBACK (on_changed), panel);
  return GTK_BOX (line);
}

static gboolean
has_text_layer (PluginImage image)
{
  int n = 0;
  PluginItem *layers = plugin_image_layers (image, &n);
  gboolean found = FALSE;

  for (int i = 0; i < n && !found; i++)
    found = plugin_item_is_text (layers[i]);
  g_free (layers);
  return found;
}

/* The new size, and beside it how it is reached. */
static GtkBox *
add_outcome (PluginPanel *panel, GtkBox *parent)
{
  GtkWidget *line = plugin_line_new ();

  panel->result = plugin_label_new (NULL, 0);
  panel->outcome = plugin_row_new (panel->lines.labels[0], _("New size"), panel->result, TRUE);
  gtk_box_pack_start (GTK_BOX (line), panel->outcome, TRUE, TRUE, 0);
  gtk_box_pack_start (parent, line, FALSE, FALSE, 3);
  panel->limits = plugin_label_new (NULL, TEXT_WIDTH);
  gtk_box_pack_start (parent, panel->limits, FALSE, FALSE, 0);
  return GTK_BOX (line);
}

/* All options in the order of the table, as far as they do not stand beside another one. */
static void
add_options (PluginPanel *panel, GtkBox *parent)
{
  GtkBox *pair_lines[2] = { NULL, NULL }, *outcome = NULL;

  plugin_for_each_option (option, i)
    {
      gboolean right = FALSE;
      GtkBox *line = NULL;

      for (int k = 0; k < 2; k++)
        {
          if (g_str_equal (option->key, panel->pairs[k].first))
            pair_lines[k] = add_pair (panel, parent, &panel->pairs[k]);
          right |= g_str_equal (option->key, panel->pairs[k].second);
          if (g_str_equal (option->key, panel->pairs[k].first) || g_str_equal (option->key, panel->pairs[k].second))
            line = pair_lines[k];
        }
      if (!outcome && size_field (option->key) < 0 && i > plugin_option_index ("size-mode"))
        {
          line = outcome = add_outcome (panel, parent);
          right = TRUE;
        }
      if (!line)
        line = plugin_lines_place (&panel->lines, option->key, &right);
      add_row (panel, line, right, option, i);
      if (g_str_equal (option->key, "model"))
        {
          panel->detail = plugin_label_new (NULL, TEXT_WIDTH);
          gtk_box_pack_start (parent, plugin_row_new (panel->lines.labels[0], "", panel->detail, TRUE), FALSE, FALSE, 0);
        }
    }
}

static void
add_notes (PluginPanel *panel, GtkBox *parent)
{
  GtkWidget *box = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  const char *note = has_text_layer (panel->image) ? _("Text layers become ordinary pixels.") : NULL;

  if (plugin_image_is_indexed (panel->image))
    note = _("The result keeps this image's palette. For smoother colours, convert the image to RGB first.");
  if (note)
    {
      GtkWidget *label = plugin_label_new (NULL, TEXT_WIDTH);

      plugin_label_set_small (label, note);
      gtk_box_pack_start (parent, label, FALSE, FALSE, 0);
    }
  panel->icon = gtk_image_new_from_icon_name ("dialog-warning", GTK_ICON_SIZE_MENU);
  panel->status = plugin_label_new (NULL, TEXT_WIDTH);
  plugin_label_set_small (panel->status, _("Working out how much memory is needed…"));
  gtk_box_pack_start (GTK_BOX (box), panel->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), panel->status, TRUE, TRUE, 0);
  gtk_box_pack_start (parent, box, FALSE, FALSE, 0);
}

/* Where typing starts: a number, from where Enter goes on to OK. */
static void
focus_size (PluginPanel *panel)
{
  for (guint i = 0; i < G_N_ELEMENTS (size_fields); i++)
    {
      Row *row = &panel->rows[plugin_option_index (size_fields[i].key)];

      if (gtk_widget_get_visible (row->box))
        {
          gtk_widget_grab_focus (row->field);
          return;
        }
    }
  gtk_widget_grab_focus (panel->rows[plugin_option_index ("strength")].field);
}

static void
get_values (gpointer data, PluginValues *values)
{
  plugin_panel_get (data, values);
}

/* What was chosen otherwise than by the fields. */
static void
set_values (gpointer data, const PluginValues *values)
{
  PluginPanel *panel = data;

  plugin_panel_set (panel, values);
  if (panel->changed)
    panel->changed (panel->data, &panel->values);
}

static void
on_compare (GtkWidget *button, PluginPanel *panel)
{
  PluginValues *values = g_new (PluginValues, 1);

  plugin_panel_get (panel, values);
  if (plugin_compare_run (panel->preview, GTK_WINDOW (panel->dialog), values))
    set_values (panel, values);
  else
    plugin_preview_set (panel->preview, values);
  g_free (values);
}

static void
on_batch (GtkWidget *button, PluginPanel *panel)
{
  PluginValues *values = g_new (PluginValues, 1);

  plugin_panel_get (panel, values);
  plugin_preview_pause (panel->preview);
  plugin_batch_run (GTK_WINDOW (panel->dialog), values);
  plugin_preview_set (panel->preview, values);
  g_free (values);
}

static void
add_preview (PluginPanel *panel, GtkBox *box, GtkWidget *options)
{
  GtkWidget *both = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 18), *side = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *below = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *buttons = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6);

  panel->content = both;
  gtk_container_set_border_width (GTK_CONTAINER (both), 12);
  gtk_box_pack_start (GTK_BOX (both), plugin_scroller_new (options, plugin_room_down (GTK_WIDGET (panel->dialog)) - AROUND), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (both), side, TRUE, TRUE, 0);
  gtk_box_pack_start (box, both, TRUE, TRUE, 0);
  panel->preview = plugin_preview_new (panel->image, GTK_BOX (side), GTK_BOX (below));
  gtk_box_pack_start (GTK_BOX (side), below, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (below), buttons, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (buttons), plugin_button_new (_("C_ompare…"), _("See this piece as up to four models or settings make it, and choose one"),
                                                            G_CALLBACK (on_compare), panel), FALSE, FALSE, 0);
  if (!panel->same_size)
    gtk_box_pack_start (GTK_BOX (buttons), plugin_button_new (_("_Batch: a Folder of Pictures…"), _("Enlarge every picture of a folder with these options"),
                                                              G_CALLBACK (on_batch), panel), FALSE, FALSE, 0);
}

PluginPanel *
plugin_panel_new (PluginImage image, const PluginValues *values, gboolean same_size, GtkDialog *dialog,
                  GtkBox *box, PluginPanelChanged changed, gpointer data)
{
  PluginPanel *panel = g_new0 (PluginPanel, 1);
  GtkWidget *content = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkBox *parent = GTK_BOX (content);

  panel->image = image;
  panel->same_size = same_size;
  panel->oversize = same_size ? 1 : plugin_layer_oversize (image);
  panel->width = plugin_image_width (image);
  panel->height = plugin_image_height (image);
  panel->dialog = dialog;
  panel->changed = changed;
  panel->data = data;
  panel->time = plugin_estimate_new (image, on_estimated, panel);
  plugin_lines_init (&panel->lines, parent);
  panel->pairs[0] = (Pair) { .first = "width", .second = "height" };
  panel->pairs[1] = (Pair) { .first = "print-width", .second = "print-height" };
  add_preview (panel, box, content);
  panel->presets = plugin_presets_new (parent, panel->lines.labels[0], get_values, set_values, panel);

  add_options (panel, parent);
  add_notes (panel, parent);
  gtk_widget_show (content);
  plugin_panel_set (panel, values);
  focus_size (panel);
  return panel;
}

void
plugin_panel_free (PluginPanel *panel)
{
  /* What was typed last counts as a change when its field goes. */
  panel->updating = TRUE;
  /* What is being computed is waited for: not in front of a window that does not answer. */
  gtk_widget_hide (GTK_WIDGET (panel->dialog));
  gdk_display_flush (gtk_widget_get_display (GTK_WIDGET (panel->dialog)));
  plugin_presets_free (panel->presets);
  gtk_widget_destroy (panel->content);
  g_clear_handle_id (&panel->estimate, g_source_remove);
  plugin_preview_free (panel->preview);
  plugin_estimate_free (panel->time);
  plugin_lines_clear (&panel->lines);
  g_free (panel);
}
