/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <sys/prctl.h>

#ifndef ACU_BIN_DIR
#error "the build says where programs are installed"
#endif

#define PROGRAM "acuity"

char *
plugin_program_find (GError **error)
{
  g_autofree char *folder = gimp_get_progname () ? g_path_get_dirname (gimp_get_progname ()) : g_strdup (".");
  g_autofree char *own = g_build_filename (g_get_home_dir (), ".local", "bin", PROGRAM, NULL);
  char *beside = g_build_filename (folder, PROGRAM, NULL), *found = g_find_program_in_path (PROGRAM);

  if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_free (found);
      return beside;
    }
  g_free (beside);
  if (found)
    return found;
  if (g_file_test (own, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&own);
  if (g_file_test (ACU_BIN_DIR G_DIR_SEPARATOR_S PROGRAM, G_FILE_TEST_IS_EXECUTABLE))
    return g_strdup (ACU_BIN_DIR G_DIR_SEPARATOR_S PROGRAM);
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The program “acuity”, which does this, is not installed."));
  return NULL;
}

void
plugin_program_end_with_us (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}
