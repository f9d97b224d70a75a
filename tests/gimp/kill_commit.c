/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Preloaded into the plug-in: kills it in the middle of the commit, after the image was scaled (KILL_COMMIT is "scaled") or after
 * the first layer was written ("written"). Says at its end whether the progress was still shown then. */
#include <dlfcn.h>
#include <gegl.h>
#include <libgimp/gimp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__ ((visibility ("default"))) gboolean gimp_progress_end (void);
__attribute__ ((visibility ("default"))) gboolean gimp_image_scale (gint32 image, gint width, gint height);
__attribute__ ((visibility ("default"))) gboolean gimp_drawable_update (gint32 drawable, gint x, gint y, gint width, gint height);

static int ended, scaled;

static void
die_if (const char *moment)
{
  if (strcmp (getenv ("KILL_COMMIT"), moment) != 0)
    return;
  fprintf (stderr, "KILLED %s, progress %s\n", moment, ended ? "ended" : "shown");
  kill (getpid (), SIGKILL);
}

gboolean
gimp_progress_end (void)
{
  gboolean (*real) (void) = (gboolean (*) (void)) dlsym (RTLD_NEXT, "gimp_progress_end");

  ended = 1;
  return real ();
}

gboolean
gimp_image_scale (gint32 image, gint width, gint height)
{
  gboolean (*real) (gint32, gint, gint) = (gboolean (*) (gint32, gint, gint)) dlsym (RTLD_NEXT, "gimp_image_scale");
  gboolean done = real (image, width, height);

  scaled = 1;
  die_if ("scaled");
  return done;
}

gboolean
gimp_drawable_update (gint32 drawable, gint x, gint y, gint width, gint height)
{
  gboolean (*real) (gint32, gint, gint, gint, gint)
    = (gboolean (*) (gint32, gint, gint, gint, gint)) dlsym (RTLD_NEXT, "gimp_drawable_update");

  if (scaled)
    die_if ("written");
  return real (drawable, x, y, width, height);
}
