/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by the parts of the command line program. One subcommand a file. */
#ifndef ACU_TOOL_H
#define ACU_TOOL_H

#include <acuity/acuity.h>
#include <gegl.h>

G_BEGIN_DECLS

enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };

/* The subcommands: like main(), argv[0] being the name that --help shows. */
int tool_upscale (int argc, char **argv);
int tool_models (int argc, char **argv);
int tool_install (int argc, char **argv);
int tool_inspect (int argc, char **argv);
int tool_degrade (int argc, char **argv);
int tool_devices (int argc, char **argv);
int tool_bench (int argc, char **argv);
int tool_compare (int argc, char **argv);

/* models.c: all that can be listed and installed: acu_models_list() and acu_models_helpers(). Fails as they do. */
GPtrArray *tool_models_all (GError **error);

/* "acuity: <sentence>" on standard error. */
void tool_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Texts are in the user's language from here on. */
void tool_find_translations (void);

/* From here on, what libraries would print as warnings is kept instead; the last one is returned (g_free), or NULL. */
void tool_keep_warnings (void);
char *tool_take_warning (void);

/* Whether GEGL has lost a part of any picture since the last call, as when the disk with its swap files is full. */
gboolean tool_take_lost_tiles (void);

/**
 * ToolFormat: what a file format can hold.
 * @extensions: ended by NULL
 * @saver: GEGL operation
 * @max_side: pixels
 * @alpha: whether it has transparency
 * @held_sample, @held_pixel: bytes that GEGL's saver keeps in memory for each sample and each pixel of the whole picture (measured);
 *   TOOL_HELD_AS_IT_IS: those of the result's own format; 0: it writes row by row
 * @table: for which pixels of whole numbers babl fills a table of 370 MB
 */
typedef struct ToolFormat
{
  const char *const *extensions;
  const char *saver;
  int max_side;
  gboolean alpha;
  int held_sample, held_pixel;
  enum { TOOL_NO_TABLE, TOOL_TABLE_BUT_RGB, TOOL_TABLE_8_BITS } table;
} ToolFormat;
#define TOOL_HELD_AS_IT_IS -1

/* Shares a memory limit (0: none) out: GEGL keeps what is beyond its part in its swap file, which is slow where `scarce` leaves it hardly any.
 * From gegl_init() on, on one thread. */
void tool_memory_share (guint64 memory, gboolean scarce);
/* Bytes of the limit, as shared out, that this program and pictures of so many bytes take; 0 without a limit. */
guint64 tool_memory_beside (guint64 pictures);
/* Bytes that writing a result of that format takes in all, beside pictures of so many bytes. */
guint64 tool_memory_to_write (const ToolFormat *format, const Babl *pixels, int width, int height, guint64 pictures);
/* Whether a file of so many bytes can be read within the limit by that operation of GEGL. ACU_ERROR_MEMORY with the figure. */
gboolean tool_memory_fits_file (const char *loader, guint64 bytes, const char *shown, GError **error);

/* The row for that file name, or NULL with an error when nothing writes it. Must follow gegl_init(). */
const ToolFormat *tool_format_find (const char *path, GError **error);

/* A picture as it came from its file. */
typedef struct ToolPicture
{
  char *path;
  GeglBuffer *buffer;
  double resolution_x, resolution_y;    /* pixels an inch; 0 if the file does not say */
} ToolPicture;

/* Reads a whole picture; a damaged or truncated one is an error. */
ToolPicture *tool_picture_load (const char *path, GError **error);
void tool_picture_free (ToolPicture *picture);

/* All of a buffer as encoded RGB floats of its own space, interleaved without gaps; what is transparent lies on white. acu_free(); NULL with
 * ACU_ERROR_MEMORY. */
float *tool_picture_pixels (GeglBuffer *buffer, GError **error);

/* Writes `buffer`, which it takes, as the file `path`, with the metadata and resolution of `source` (NULL: without). The file appears, or is replaced, only
 * when it has been written completely and read back. quality: 1 to 100, for formats that lose some. */
gboolean tool_picture_save (const ToolPicture *source, GeglBuffer *buffer, const char *path, const ToolFormat *format,
                            int quality, GError **error);

/* Copies EXIF, XMP and IPTC to the file `to`, whose picture has this size; drops the thumbnail. A format that cannot hold them
 * is no error. resolution (0: as it was) is noted where the metadata has a place for it. */
gboolean tool_metadata_copy (const char *from, const char *to, int width, int height, double resolution,
                             GError **error);
/* Pixels an inch that a file's metadata states, or 0. */
double tool_metadata_resolution (const char *path);

/* A progress bar on standard error, if that is a terminal; AcuProgress with a ToolProgress. With `report`, lines for other programs on standard
 * output instead: see tool_report(). */
typedef struct ToolProgress
{
  const char *name;
  gboolean quiet;
  gboolean shown;
  gboolean report;
  guint index;                    /* of the picture */
} ToolProgress;
gboolean tool_progress (void *progress, double fraction, double seconds_left);
void tool_progress_end (ToolProgress *progress);
/* Takes the bar away, so that a line can stand there; the next progress draws it below. */
void tool_progress_clear (ToolProgress *progress);

/**
 * ToolSeries: jobs after one another whose progress is told as one
 * @all, @done, @current: seconds that are expected, of all, of what is behind us and of what is at work
 * @started: by tool_series_begin()
 */
typedef struct ToolSeries
{
  ToolProgress *progress;
  double all, done, current;
  gint64 started;
} ToolSeries;
void tool_series_begin (ToolSeries *series);
/* AcuProgress with a ToolSeries: how much is done of what is at work. The time that is left is worked out from what all took until now. */
gboolean tool_series (void *series, double fraction, double seconds_left);
/* Roughly how long a job takes, where this machine has not done it before as well. */
double tool_expected_seconds (const AcuUpscaler *upscaler);

/* A line "WHAT⇥INDEX⇥TEXT" for other programs; line ends in the text become spaces. WHAT is "progress" (TEXT: the share that is done, 0 to 1), "done", "skipped" or
 * "failed" (TEXT: why); of a comparison also "doing" (INDEX and TEXT: of the approach that begins), and "done" names the page. */
void tool_report (const char *what, guint index, const char *text);

/* SIGINT, SIGTERM and SIGHUP end the program at once, or set a flag where it is looked at; a second one ends it in any case. */
void tool_catch_signals (void);
/* Whether the flag is looked at from here on, which tool_progress does. */
void tool_poll_signals (gboolean poll);
/* 0, or the exit status that tells of the signal. */
int tool_interrupted (void);
/* Names the file that must not stay behind when a signal ends the program; NULL: none. FALSE when its name is too long. */
gboolean tool_remove_when_killed (const char *path);
/* The same for a second file, which is complete but makes sense only with what is still being written. */
gboolean tool_remove_also_when_killed (const char *path);

/* Adds the names in the file `from` ("-": standard input) to a list ended by NULL (may be NULL; taken): a line each, or up to a zero byte each where there is one.
 * NULL with ACU_ERROR_IO. g_strfreev(). */
char **tool_add_names (char **names, const char *from, GError **error);

/* Whether `path` can be written, to be asked before hours of computing rather than after. ACU_ERROR_IO. */
gboolean tool_can_write (const char *path, GError **error);
/* Whether a picture may be written to `output`: it must replace neither itself nor what this call wrote before, of which `written` (paths, freed with it) is the
 * list. */
gboolean tool_output_is_free (const char *input, const char *output, GHashTable *written, GError **error);

/* Makes a temporary name beside `path` with the same extension, free at this moment. g_free(). */
char *tool_temporary_name (const char *path);
/* fsync, rename to `path`, fsync of the folder. Removes `temporary` on failure. */
gboolean tool_commit (const char *temporary, const char *path, GError **error);

G_END_DECLS

#endif
