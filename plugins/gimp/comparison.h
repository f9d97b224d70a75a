/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compare Models…: what is selected of a good picture is made small and enlarged again by every approach; the program `acuity compare` makes a page of
 * it, which is opened. */
#ifndef ACU_GIMP_COMPARISON_H
#define ACU_GIMP_COMPARISON_H

#include "dialog.h"

#define PLUGIN_COMPARISON "plug-in-acuity-compare"
#define PLUGIN_COMPARISON_LABEL N_("_Compare Models…")
#define PLUGIN_COMPARISON_BLURB N_("Try out everything that enlarges on a good picture")
#define PLUGIN_COMPARISON_HELP                                                                                                        \
  N_("Makes what is selected of the layer, or all of it, small, enlarges it again by every filter and network of that size, measures how near each comes to the " \
     "original, and shows it as a page with a table, plots and crops side by side.")
#define PLUGIN_COMPARISON_LEAST 2
#define PLUGIN_COMPARISON_MOST 8

/* Plain data, so that GIMP 2.10 can keep it between calls. */
typedef struct PluginComparison
{
  char models[PLUGIN_MAX_TEXT];   /* names with commas between them; "": all of that size */
  int scale;
  char page[PLUGIN_MAX_TEXT];     /* the .html file to write, in UTF-8; "": one in the user's cache */
} PluginComparison;

/* Rows as in acu_options_all(), ended by a NULL key: "models", "scale", "page". */
const AcuOption *plugin_comparison_options (void);
void plugin_comparison_defaults (PluginComparison *comparison);
/* Shows the dialog; FALSE when it was cancelled. */
gboolean plugin_comparison_ask (PluginImage image, PluginComparison *comparison);
/* Does it and, with `show`, opens the page. *page gets its path in UTF-8; g_free(). */
gboolean plugin_comparison_run (PluginImage image, const PluginComparison *comparison, gboolean show, char **page, GError **error);

/* The image's name without folders and ending. g_free(). */
char *plugin_comparison_name (PluginImage image);
/* What can be compared at that scale: "NAME⇥LABEL" each; g_strfreev(). NULL with an error. */
char **plugin_comparison_list (int scale, GError **error);

#endif
