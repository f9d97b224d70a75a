/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cards.h"

typedef struct Cards
{
  GtkWidget *combo;
  GThread *thread;                /* NULL before somebody looks, and afterwards */
  GPtrArray *found;               /* AcuDeviceInfo* */
  guint source;                   /* idle; set before the thread ends */
  gboolean asked;
} Cards;

/* What is only the processor in disguise is nothing to choose, and neither is what calculates wrongly. */
static gboolean
is_card (const AcuDeviceInfo *info)
{
  return info->driver && !info->software && info->state == ACU_DEVICE_SOUND;
}

static gboolean
on_found (gpointer data)
{
  Cards *cards = data;
  char *chosen = plugin_combo_name (cards->combo);

  g_thread_join (g_steal_pointer (&cards->thread));
  for (guint i = 0; i < cards->found->len; i++)
    {
      const AcuDeviceInfo *info = g_ptr_array_index (cards->found, i);

      /* one that was chosen earlier is there already */
      if (is_card (info) && g_strcmp0 (info->name, chosen) != 0)
        plugin_combo_append (cards->combo, info->name, info->title);
    }
  g_clear_pointer (&cards->found, g_ptr_array_unref);
  g_free (chosen);
  return G_SOURCE_REMOVE;
}

static gpointer
find (gpointer data)
{
  Cards *cards = data;

  cards->found = acu_devices_list ();
  cards->source = g_idle_add (on_found, cards);
  return NULL;
}

static void
look (Cards *cards)
{
  if (!cards->asked)
    cards->thread = g_thread_new ("cards", find, cards);
  cards->asked = TRUE;
}

static void
on_focus (GtkContainer *combo, GtkWidget *child, Cards *cards)
{
  if (child)
    look (cards);
}

static void
on_popup (GObject *combo, GParamSpec *property, Cards *cards)
{
  look (cards);
}

/* With the list, not when it is "destroyed", which may happen more than once. */
static void
cards_free (gpointer data)
{
  Cards *cards = data;

  if (cards->thread)
    {
      g_thread_join (cards->thread);
      g_source_remove (cards->source);
      g_ptr_array_unref (cards->found);
    }
  g_free (cards);
}

void
plugin_cards_add (GtkWidget *combo)
{
  Cards *cards = g_new0 (Cards, 1);

  cards->combo = combo;
  g_signal_connect (combo, "set-focus-child", G_CALLBACK (on_focus), cards);
  g_signal_connect (combo, "notify::popup-shown", G_CALLBACK (on_popup), cards);
  g_object_set_data_full (G_OBJECT (combo), "cards", cards, cards_free);
}
