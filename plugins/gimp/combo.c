/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists to choose from: models, and the choices of an option. */
#include "dialog.h"

#include <glib/gi18n.h>

/* Screen readers say what the first column holds. */
enum
{
  COLUMN_LABEL,                   /* NULL: a separator */
  COLUMN_NAME,
  COLUMN_DETAIL,
  N_COLUMNS
};

static void
append (GtkListStore *store, const char *name, const char *label, const char *detail)
{
  gtk_list_store_insert_with_values (store, NULL, -1, COLUMN_NAME, name, COLUMN_LABEL, label, COLUMN_DETAIL, detail, -1);
}

/* Networks that are there and, unless only those are wanted, "auto" and the classic filters; in the list's order. */
static void
append_models (GtkListStore *store, gboolean networks_only)
{
  GPtrArray *models = acu_models_list (NULL);

  if (!networks_only)
    append (store, "auto", _("Automatic"), _("The built-in network for this size."));
  for (int classic = 0; models && classic < (networks_only ? 1 : 2); classic++)
    {
      gboolean first = TRUE;

      for (guint i = 0; i < models->len; i++)
        {
          const AcuModelInfo *info = g_ptr_array_index (models, i);
          char *detail;

          if (!!info->classic != classic || (!classic && !info->path))
            continue;
          if (classic && first)
            append (store, "", NULL, NULL);
          first = FALSE;
          detail = info->description ? g_strdup (_(info->description)) : g_strdup ("");
          if (!classic)
            {
              /* Translators: a sentence about the model, then its licence. */
              char *with_licence = g_strdup_printf (_("%s Licence: %s."), detail, info->licence ? info->licence : _("unknown"));

              g_free (detail);
              detail = with_licence;
            }
          append (store, info->name, info->label ? _(info->label) : info->name, detail);
          g_free (detail);
        }
    }
  if (models)
    g_ptr_array_unref (models);
}

static gboolean
is_separator (GtkTreeModel *model, GtkTreeIter *iter, gpointer data)
{
  char *label;

  gtk_tree_model_get (model, iter, COLUMN_LABEL, &label, -1);
  g_free (label);
  return label == NULL;
}

static GtkWidget *
new_combo (GtkListStore *store)
{
  GtkCellRenderer *cell = gtk_cell_renderer_text_new ();
  GtkWidget *combo = gtk_combo_box_new_with_model (GTK_TREE_MODEL (store));

  g_object_unref (store);
  gtk_cell_layout_pack_start (GTK_CELL_LAYOUT (combo), cell, TRUE);
  gtk_cell_layout_set_attributes (GTK_CELL_LAYOUT (combo), cell, "text", COLUMN_LABEL, NULL);
  gtk_combo_box_set_row_separator_func (GTK_COMBO_BOX (combo), is_separator, NULL, NULL);
  gtk_widget_show (combo);
  return combo;
}

static GtkListStore *
new_store (void)
{
  return gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

GtkWidget *
plugin_combo_new (const AcuOption *option)
{
  GtkListStore *store = new_store ();

  if (option->type == ACU_OPTION_STRING)
    append_models (store, FALSE);
  else
    for (const AcuChoice *choice = option->choices; choice->name; choice++)
      append (store, choice->name, _(choice->label), NULL);
  return new_combo (store);
}

GtkWidget *
plugin_combo_new_networks (void)
{
  GtkListStore *store = new_store ();

  append_models (store, TRUE);
  return new_combo (store);
}

GtkWidget *
plugin_combo_new_empty (void)
{
  return new_combo (new_store ());
}

void
plugin_combo_append (GtkWidget *combo, const char *name, const char *label)
{
  append (GTK_LIST_STORE (gtk_combo_box_get_model (GTK_COMBO_BOX (combo))), name, label, NULL);
}

void
plugin_combo_clear (GtkWidget *combo)
{
  gtk_list_store_clear (GTK_LIST_STORE (gtk_combo_box_get_model (GTK_COMBO_BOX (combo))));
}

static char *
combo_text (GtkWidget *combo, int column)
{
  GtkTreeIter iter;
  char *text = NULL;

  if (gtk_combo_box_get_active_iter (GTK_COMBO_BOX (combo), &iter))
    gtk_tree_model_get (gtk_combo_box_get_model (GTK_COMBO_BOX (combo)), &iter, column, &text, -1);
  return text;
}

void
plugin_combo_select (GtkWidget *combo, const char *name)
{
  GtkTreeModel *model = gtk_combo_box_get_model (GTK_COMBO_BOX (combo));
  GtkTreeIter iter;

  for (gboolean more = gtk_tree_model_get_iter_first (model, &iter); more; more = gtk_tree_model_iter_next (model, &iter))
    {
      char *text;
      gboolean found;

      gtk_tree_model_get (model, &iter, COLUMN_NAME, &text, -1);
      found = g_strcmp0 (text, name) == 0;
      g_free (text);
      if (found)
        {
          gtk_combo_box_set_active_iter (GTK_COMBO_BOX (combo), &iter);
          return;
        }
    }
  gtk_list_store_insert_with_values (GTK_LIST_STORE (model), &iter, -1, COLUMN_NAME, name, COLUMN_LABEL, name, -1);
  gtk_combo_box_set_active_iter (GTK_COMBO_BOX (combo), &iter);
}

char *
plugin_combo_name (GtkWidget *combo)
{
  return combo_text (combo, COLUMN_NAME);
}

char *
plugin_combo_detail (GtkWidget *combo)
{
  return combo_text (combo, COLUMN_DETAIL);
}
