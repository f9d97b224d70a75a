/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looks for faces first; each is made by a network for faces, upright, and blended into what the other networks make. A picture without faces becomes what it
 * becomes without looking. */
#include "faces_private.h"
#include "upscaler_private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct AcuFaces
{
  AcuUpscaler *upscaler;
  int scale, n;
  double strength;
  AcuFacePatch patches[ACU_MAX_FACES];
};

typedef struct Reader
{
  AcuRun *run;
  float *row;                     /* as read */
  double share;                   /* of the search in all the work; 0 before it is known */
} Reader;

static gboolean
read_row (void *data, int y, float *row, GError **error)
{
  const Reader *reader = data;
  const AcuUpscaler *upscaler = reader->run->upscaler;
  const AcuPixelFormat *format = &upscaler->format;
  int channels = acu_format_channels (format);
  const float *from = reader->row;

  if (!acu_run_read_rows (reader->run, y, 1, reader->row, error))
    return FALSE;
  for (int x = 0; x < upscaler->src_width; x++, from += channels, row += 3)
    {
      for (int c = 0; c < 3; c++)
        row[c] = from[format->colours == 1 ? 0 : c];
      if (format->linear)
        acu_srgb_encode (row, row, 3);
    }
  return TRUE;
}

static gboolean
report (void *data, double done, double all)
{
  Reader *reader = data;

  reader->share = all / MAX (all + reader->run->upscaler->operations, 1);
  return acu_run_report_search (reader->run, reader->share, done / MAX (all, 1), NULL);
}

/* Graphics cards have no shaders for what finds faces. It makes no pixels, so the picture is still made by one device. */
static AcuFaceSearch
search_of (const AcuUpscaler *upscaler, Reader *reader)
{
  return (AcuFaceSearch) { .detector = upscaler->detector, .device = acu_device_find ("cpu", NULL), .width = upscaler->src_width, .height = upscaler->src_height,
                           .threads = upscaler->threads, .limit = upscaler->limit, .beside = upscaler->beside, .precision = upscaler->precision,
                           .read = read_row, .report = report, .data = reader };
}

guint64
acu_faces_bytes (const AcuUpscaler *upscaler, GError **error)
{
  AcuFaceSearch search = search_of (upscaler, NULL);

  return acu_faces_search_bytes (&search, error);
}

static gboolean
no_memory (GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's faces."));
  return FALSE;
}

/* Memory for all of them at once, if they may have it. */
static gboolean
allocate (AcuFaces *faces, const AcuFaceList *list, GError **error)
{
  AcuUpscaler *upscaler = faces->upscaler;
  AcuFacePlace place;

  for (int i = 0; i < list->n; i++)
    if (acu_face_place (&list->faces[i], &place))
      {
        AcuFacePatch *patch = &faces->patches[faces->n++];

        acu_face_patch_init (patch, &place, upscaler->src_width, upscaler->src_height, upscaler->face->scale);
        upscaler->face_bytes += acu_face_patch_bytes (patch);
      }
  if (upscaler->limit && upscaler->face_bytes + upscaler->beside > upscaler->limit)
    {
      g_autofree char *needed = g_format_size (upscaler->face_bytes + upscaler->beside), *limit = g_format_size (upscaler->limit);

      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("The faces in this picture need at least %s of memory, but only %s may be used."), needed, limit);
      return FALSE;
    }
  for (int i = 0; i < faces->n; i++)
    if (!acu_face_patch_alloc (&faces->patches[i]))
      return no_memory (error);
  return TRUE;
}

/* Takes what the faces need out of the picture, which is read once for all of them. */
static gboolean
take_boxes (const AcuFaces *faces, Reader *reader, float *row, GError **error)
{
  int last = 0;

  for (int i = 0; i < faces->n; i++)
    last = MAX (last, faces->patches[i].box_y + faces->patches[i].box_height);
  for (int y = 0; y < last; y++)
    {
      if (!read_row (reader, y, row, error))
        return FALSE;
      for (int i = 0; i < faces->n; i++)
        {
          const AcuFacePatch *p = &faces->patches[i];

          if (y >= p->box_y && y < p->box_y + p->box_height)
            memcpy (p->box + (gsize) (y - p->box_y) * p->box_width * 3, row + (gsize) p->box_x * 3, (gsize) p->box_width * 3 * sizeof (float));
        }
    }
  return TRUE;
}

typedef struct Making
{
  Reader *reader;
  AcuFacePatch *patch;
} Making;

static gboolean
read_upright (void *data, int y, int rows, float *pixels, GError **error)
{
  const Making *making = data;

  for (int i = 0; i < rows; i++)
    acu_face_patch_read (making->patch, y + i, pixels + (gsize) i * making->patch->width * 3);
  return TRUE;
}

static gboolean
write_made (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Making *making = data;
  gsize row = (gsize) making->patch->width * making->patch->factor * 3;

  for (gsize i = 0; i < rows * row; i++)
    if (!isfinite (pixels[i]))
      {
        g_set_error_literal (error, ACU_ERROR, ACU_ERROR_OUTPUT, _("The network for faces made numbers that are no colours; nothing was changed."));
        return FALSE;
      }
  memcpy (making->patch->pixels + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
report_making (void *data, double operations_done)
{
  const Reader *reader = ((Making *) data)->reader;

  return acu_run_report_search (reader->run, reader->share, 1, NULL);
}

/* On the job's device, or on the processor where a graphics card cannot make it. */
static AcuPlan *
plan_face (const AcuUpscaler *upscaler, const AcuFacePatch *patch, GError **error)
{
  guint64 beside = upscaler->beside + upscaler->face_bytes;
  AcuPlan *plan = NULL;

  if (upscaler->device->accept)
    plan = acu_plan_new_beside (upscaler->face, upscaler->device, patch->width, patch->height, upscaler->threads, upscaler->limit, beside, 0,
                                upscaler->precision, NULL);
  return plan ? plan : acu_plan_new_beside (upscaler->face, acu_device_find ("cpu", NULL), patch->width, patch->height, upscaler->threads,
                                            upscaler->limit, beside, 0, upscaler->precision, error);
}

static gboolean
make (const AcuUpscaler *upscaler, Reader *reader, AcuFacePatch *patch, GError **error)
{
  Making making = { reader, patch };
  AcuPlanCallbacks callbacks = { read_upright, write_made, report_making, &making };
  gboolean judged = acu_face_patch_judge (patch) || no_memory (error);
  AcuPlan *plan = judged ? plan_face (upscaler, patch, error) : NULL;
  gboolean done = plan && acu_plan_run (plan, &callbacks, error);

  acu_plan_free (plan);
  if (done)
    acu_face_patch_moderate (patch);
  acu_free (patch->box);
  patch->box = NULL;
  return done;
}

static gboolean
make_all (AcuFaces *faces, Reader *reader, GError **error)
{
  float *row = acu_try_alloc (faces->upscaler->src_width, 3 * sizeof (float));
  gboolean done = row ? take_boxes (faces, reader, row, error) : no_memory (error);

  for (int i = 0; done && i < faces->n; i++)
    done = make (faces->upscaler, reader, &faces->patches[i], error);
  acu_free (row);
  return done;
}

static gboolean
find_and_make (AcuFaces *faces, Reader *reader, GError **error)
{
  g_autofree AcuFaceList *list = g_new (AcuFaceList, 1);
  AcuFaceSearch search = search_of (faces->upscaler, reader);

  return acu_faces_search (&search, list, error) && (list->n == 0 || (allocate (faces, list, error) && make_all (faces, reader, error)));
}

gboolean
acu_faces_blend (const AcuFaces *faces, int y, float *row)
{
  gboolean any = FALSE;

  for (int i = 0; i < faces->n; i++)
    {
      int first, end;

      acu_face_patch_rows (&faces->patches[i], faces->scale, &first, &end);
      any |= y >= first && y < end;
      if (row && y >= first && y < end)
        acu_face_patch_blend (&faces->patches[i], faces->scale, y, faces->upscaler->src_width * faces->scale, faces->strength, row);
    }
  return any;
}

static gboolean
run_face (AcuRun *run, GError **error)
{
  AcuUpscaler *upscaler = run->upscaler;
  const AcuRecipe *rest = upscaler->mask ? &acu_recipe_text : &acu_recipe_photo;
  AcuFaces *faces = g_new0 (AcuFaces, 1);
  Reader reader = { run, acu_try_alloc ((guint64) upscaler->src_width * acu_format_channels (&upscaler->format), sizeof (float)) };
  gboolean done;

  faces->upscaler = upscaler;
  faces->scale = upscaler->net->scale;
  faces->strength = upscaler->face_strength * upscaler->strength;
  /* More than one plan at a time would be more than was planned with. */
  g_clear_pointer (&upscaler->plan, acu_plan_free);
  upscaler->face_bytes = 0;
  done = reader.row ? find_and_make (faces, &reader, error) : no_memory (error);
  acu_free (reader.row);
  acu_run_end_search (run, reader.share);
  run->faces = faces->n ? faces : NULL;
  done = done && acu_upscaler_use (upscaler, upscaler->net, error) && rest->run (run, error);
  run->faces = NULL;
  for (int i = 0; i < faces->n; i++)
    acu_face_patch_clear (&faces->patches[i]);
  upscaler->face_bytes = 0;
  g_free (faces);
  return done;
}

const AcuRecipe acu_recipe_face = { run_face };
