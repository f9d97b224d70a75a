/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looks for faces with a network that knows them from about 16 pixels on: in the picture twice as large, as it is, half as large, and so on; and, as it knows little of
 * small faces that are turned, in the picture half as large again and turned to both sides. */
#include "faces_private.h"

#include "detector.h"

#include <acuity/acuity.h>
#include <glib/gi18n-lib.h>
#include <math.h>

/* Smaller pictures than that, but for the picture itself and twice it, show nothing new. */
#define LEAST_SIDE 64
#define FIRST_LEVEL -1
/* Pictures with more pixels are not turned: that takes longer than all the rest. */
#define MOST_TURNED_PIXELS (1 << 20)
#define TURN (30 * G_PI / 180)
#define TURNED_FACTOR 1.5
/* Cells below are not looked at; faces below are not taken. */
#define LEAST_SCORE 0.3f
#define SURE_SCORE 0.6f
/* Two faces that share so much of both are one. */
#define SHARED 0.3f
/* The logarithm of a face's size in cells. */
#define MOST_SIZE 8.0f

typedef struct Level
{
  const AcuFaceSearch *search;
  AcuFaceList *list;
  AcuResampler *resampler;        /* NULL for the picture as it is */
  float *row;                     /* of the picture */
  int width, height, read;
  double operations, behind, all; /* of this level, of those before it, of all; in operations */
  const AcuTurnedPicture *picture;      /* that is seen turned */
  AcuTurn turn;                   /* with a factor of 0 where it is upright */
} Level;

static gboolean
is_turned (const Level *level)
{
  return level->turn.factor > 0;
}

static gboolean
pull (Level *level, float *pixels, GError **error)
{
  if (!level->resampler)
    return level->search->read (level->search->data, level->read++, pixels, error);
  while (!acu_resampler_pull (level->resampler, pixels))
    {
      if (!level->search->read (level->search->data, level->read++, level->row, error))
        return FALSE;
      acu_resampler_push (level->resampler, level->row);
    }
  return TRUE;
}

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  Level *level = data;

  g_assert (rows == 1);
  if (is_turned (level))
    {
      acu_turned_picture_row (level->picture, &level->turn, y, pixels);
      return TRUE;
    }
  if (!pull (level, pixels, error))
    return FALSE;
  /* What the network has learnt from. */
  for (gsize i = 0; i < (gsize) level->width * 3; i++)
    pixels[i] = pixels[i] > 0 ? MIN (pixels[i], 1) * 255 : 0;
  return TRUE;
}

/* Whether two are the same face: they share much, or the middle of one lies in the other. */
static gboolean
is_same (const AcuFace *a, const AcuFace *b)
{
  float width = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x);
  float height = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y);
  float a_x = a->x + a->width / 2, a_y = a->y + a->height / 2, b_x = b->x + b->width / 2, b_y = b->y + b->height / 2, both;

  if (width <= 0 || height <= 0)
    return FALSE;
  both = width * height;
  return both > SHARED * (a->width * a->height + b->width * b->height - both)
         || (a_x > b->x && a_x < b->x + b->width && a_y > b->y && a_y < b->y + b->height)
         || (b_x > a->x && b_x < a->x + a->width && b_y > a->y && b_y < a->y + a->height);
}

/* The surest of what is the same face stays. */
static void
keep (AcuFaceList *list, const AcuFace *face)
{
  int kept = 0, least = 0;

  for (int i = 0; i < list->n; i++)
    if (is_same (&list->faces[i], face) && list->faces[i].score >= face->score)
      return;
  for (int i = 0; i < list->n; i++)
    if (!is_same (&list->faces[i], face))
      list->faces[kept++] = list->faces[i];
  list->n = kept;
  if (list->n < ACU_MAX_FACES)
    {
      list->faces[list->n++] = *face;
      return;
    }
  for (int i = 1; i < list->n; i++)
    if (list->faces[i].score < list->faces[least].score)
      least = i;
  if (list->faces[least].score < face->score)
    list->faces[least] = *face;
}

static void
to_picture (const Level *level, float u, float v, float *x, float *y)
{
  double turned_x, turned_y;

  *x = u * level->search->width / level->width;
  *y = v * level->search->height / level->height;
  if (!is_turned (level))
    return;
  acu_turn_back (&level->turn, u, v, &turned_x, &turned_y);
  *x = (float) turned_x;
  *y = (float) turned_y;
}

/* What a cell says, in the picture's own pixels. A turned face's box is as large as if it were upright. */
static void
decode (const Level *level, int x, int y, const float *cell, AcuFace *face)
{
  float height = expf (MIN (cell[ACU_DETECTOR_SIZE], MOST_SIZE)) * ACU_DETECTOR_CELL;
  float width = expf (MIN (cell[ACU_DETECTOR_SIZE + 1], MOST_SIZE)) * ACU_DETECTOR_CELL;
  float middle_x = (x + cell[ACU_DETECTOR_OFFSET + 1] + 0.5f) * ACU_DETECTOR_CELL, middle_y = (y + cell[ACU_DETECTOR_OFFSET] + 0.5f) * ACU_DETECTOR_CELL;

  *face = (AcuFace) { .score = cell[ACU_DETECTOR_SCORE] };
  face->width = is_turned (level) ? width / (float) level->turn.factor : width * level->search->width / level->width;
  face->height = is_turned (level) ? height / (float) level->turn.factor : height * level->search->height / level->height;
  to_picture (level, middle_x, middle_y, &face->x, &face->y);
  face->x -= face->width / 2;
  face->y -= face->height / 2;
  for (int i = 0; i < ACU_FACE_LANDMARKS; i++)
    to_picture (level, middle_x + (cell[ACU_DETECTOR_LANDMARKS + 2 * i + 1] - 0.5f) * width, middle_y + (cell[ACU_DETECTOR_LANDMARKS + 2 * i] - 0.5f) * height,
                &face->landmarks[i][0], &face->landmarks[i][1]);
}

static gboolean
is_finite (const AcuFace *face)
{
  float sum = face->x + face->y + face->width + face->height;

  for (int i = 0; i < ACU_FACE_LANDMARKS; i++)
    sum += face->landmarks[i][0] + face->landmarks[i][1];
  return isfinite (sum);
}

static gboolean
write_rows (void *data, int y, int rows, const float *cells, GError **error)
{
  Level *level = data;
  int columns = (level->width + ACU_DETECTOR_ALIGN - 1) / ACU_DETECTOR_ALIGN * (ACU_DETECTOR_ALIGN / ACU_DETECTOR_CELL);
  AcuFacePlace place;
  AcuFace face;

  for (; rows > 0; rows--, y++)
    for (int x = 0; x < columns; x++, cells += ACU_DETECTOR_CHANNELS)
      if (cells[ACU_DETECTOR_SCORE] >= LEAST_SCORE)
        {
          decode (level, x, y, cells, &face);
          /* What is no face when it is turned takes no upright one's place. */
          if (is_finite (&face) && (!is_turned (level) || acu_face_place (&face, &place)))
            keep (level->list, &face);
        }
  return TRUE;
}

static gboolean
report (void *data, double operations_done)
{
  const Level *level = data;

  return !level->search->report || level->search->report (level->search->data, level->behind + operations_done, level->all);
}

static gboolean
set_level (Level *level, const AcuFaceSearch *search, int number)
{
  *level = (Level) { .search = search };
  level->width = MAX ((int) (search->width * pow (2, -number) + 0.5), 1);
  level->height = MAX ((int) (search->height * pow (2, -number) + 0.5), 1);
  return number <= 0 || MAX (level->width, level->height) >= LEAST_SIDE;
}

static AcuResamplerParams
resampler (const Level *level)
{
  return (AcuResamplerParams) { .filter = acu_filter_find (level->width > level->search->width ? "cubic" : "linear"),
                                .src_width = level->search->width, .src_height = level->search->height, .dst_width = level->width,
                                .dst_height = level->height, .channels = 3 };
}

/* Bytes that a level takes beside its plan. */
static guint64
beside (const Level *level)
{
  AcuResamplerParams params = resampler (level);

  if (is_turned (level))
    return acu_turned_picture_bytes (level->search->width, level->search->height);
  return acu_resampler_bytes (&params) + (guint64) level->search->width * 3 * sizeof (float);
}

static AcuPlan *
plan (const Level *level, GError **error)
{
  const AcuFaceSearch *s = level->search;

  return acu_plan_new_beside (s->detector, s->device, level->width, level->height, s->threads, s->limit, s->beside + beside (level), 0, s->precision, error);
}

/* A picture at the limit of sizes is not made twice as large. */
static int
first_level (const AcuFaceSearch *search)
{
  return MAX (search->width, search->height) > ACU_MAX_SIDE / 4 ? 0 : FIRST_LEVEL;
}

static gboolean
is_turned_too (const AcuFaceSearch *search)
{
  return first_level (search) < 0 && (gint64) search->width * search->height <= MOST_TURNED_PIXELS;
}

static void
set_turned (Level *level, const AcuFaceSearch *search, const AcuTurnedPicture *picture, double angle)
{
  *level = (Level) { .search = search, .picture = picture, .turn = acu_turn (search->width, search->height, TURNED_FACTOR, angle) };
  level->width = level->turn.width;
  level->height = level->turn.height;
}

/* Pixels of all of them. */
static double
all_levels (const AcuFaceSearch *search)
{
  double pixels = 0;
  Level level;

  for (int number = first_level (search); set_level (&level, search, number); number++)
    pixels += (double) level.width * level.height;
  if (is_turned_too (search))
    {
      set_turned (&level, search, NULL, TURN);
      pixels += 2.0 * level.width * level.height;
    }
  return pixels;
}

static gboolean
search_level (Level *level, GError **error)
{
  const AcuFaceSearch *search = level->search;
  AcuPlanCallbacks callbacks = { read_rows, write_rows, report, level };
  AcuResamplerParams params = resampler (level);
  AcuPlan *made = plan (level, error);
  gboolean same = is_turned (level) || (level->width == search->width && level->height == search->height), done = FALSE;

  if (made && !(level->row = acu_try_alloc (search->width, 3 * sizeof (float))))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  else if (made && (same || (level->resampler = acu_resampler_new (&params, error))))
    {
      level->operations = acu_plan_operations (made);
      level->all = MAX (level->all, level->operations * all_levels (search) / ((double) level->width * level->height));
      done = acu_plan_run (made, &callbacks, error);
    }
  acu_plan_free (made);
  acu_resampler_free (level->resampler);
  acu_free (level->row);
  return done;
}

static gboolean
fill (const AcuFaceSearch *search, AcuTurnedPicture *picture, GError **error)
{
  float *row = acu_try_alloc (search->width, 3 * sizeof (float));
  gboolean done = row != NULL;

  if (!row)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  for (int y = 0; done && y < search->height; y++)
    if ((done = search->read (search->data, y, row, error)))
      acu_turned_picture_set (picture, y, row);
  acu_free (row);
  return done;
}

/* The level after `before`, of which the first is empty. */
static gboolean
search_next (Level *level, Level *before, AcuFaceList *list, GError **error)
{
  level->list = list;
  level->behind = before->behind + before->operations;
  level->all = before->all;
  if (!search_level (level, error))
    return FALSE;
  *before = *level;
  return TRUE;
}

static gboolean
search_turned (const AcuFaceSearch *search, Level *before, AcuFaceList *list, GError **error)
{
  AcuTurnedPicture *picture = acu_turned_picture_new (search->width, search->height);
  gboolean done = picture && fill (search, picture, error);
  Level level;

  if (!picture)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's faces."));
  for (int side = -1; done && side <= 1; side += 2)
    {
      set_turned (&level, search, picture, side * TURN);
      done = search_next (&level, before, list, error);
    }
  acu_turned_picture_free (picture);
  return done;
}

gboolean
acu_faces_search (const AcuFaceSearch *search, AcuFaceList *list, GError **error)
{
  AcuFacePlace place;
  Level level, before = { .search = search };
  int n = 0;

  list->n = 0;
  for (int number = first_level (search); set_level (&level, search, number); number++)
    if (!search_next (&level, &before, list, error))
      return FALSE;
  if (is_turned_too (search) && !search_turned (search, &before, list, error))
    return FALSE;
  for (int i = 0; i < list->n; i++)
    if (list->faces[i].score >= SURE_SCORE && acu_face_place (&list->faces[i], &place))
      list->faces[n++] = list->faces[i];
  list->n = n;
  return TRUE;
}

static guint64
level_bytes (const Level *level, GError **error)
{
  AcuPlan *made = plan (level, error);
  guint64 bytes = made ? acu_plan_bytes (made) + beside (level) : 0;

  acu_plan_free (made);
  return bytes;
}

guint64
acu_faces_search_bytes (const AcuFaceSearch *search, GError **error)
{
  Level level;
  guint64 upright, turned = 0;

  set_level (&level, search, first_level (search));
  upright = level_bytes (&level, error);
  if (upright && is_turned_too (search))
    {
      set_turned (&level, search, NULL, TURN);
      turned = level_bytes (&level, error);
      if (!turned)
        return 0;
    }
  return MAX (upright, turned);
}
