/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "steps.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

/* All that must outlive a jump. */
typedef struct Job
{
  struct jpeg_error_mgr errors;
  jmp_buf out;
  struct jpeg_compress_struct encoder;
  struct jpeg_decompress_struct decoder;
  gboolean encoding, decoding;
  unsigned char *file;
  unsigned long bytes;
  JSAMPLE *row;
  float *picture;
  int width, height, quality;
  gboolean full_chroma;
} Job;

static void
jump_out (j_common_ptr info)
{
  longjmp (((Job *) info->client_data)->out, 1);
}

static void
say_nothing (j_common_ptr info)
{
}

static void
encode (Job *job)
{
  struct jpeg_compress_struct *encoder = &job->encoder;

  encoder->err = &job->errors;
  encoder->client_data = job;
  jpeg_create_compress (encoder);
  job->encoding = TRUE;
  jpeg_mem_dest (encoder, &job->file, &job->bytes);
  encoder->image_width = (JDIMENSION) job->width;
  encoder->image_height = (JDIMENSION) job->height;
  encoder->input_components = 3;
  encoder->in_color_space = JCS_RGB;
  jpeg_set_defaults (encoder);
  jpeg_set_quality (encoder, job->quality, TRUE);
  encoder->dct_method = JDCT_ISLOW;
  encoder->comp_info[0].h_samp_factor = encoder->comp_info[0].v_samp_factor = job->full_chroma ? 1 : 2;
  jpeg_start_compress (encoder, TRUE);
  while (encoder->next_scanline < encoder->image_height)
    {
      const float *from = job->picture + (gsize) encoder->next_scanline * 3 * job->width;

      for (int i = 0; i < 3 * job->width; i++)
        job->row[i] = (JSAMPLE) (acu_limited (from[i]) * 255 + 0.5f);
      jpeg_write_scanlines (encoder, &job->row, 1);
    }
  jpeg_finish_compress (encoder);
}

static void
decode (Job *job)
{
  struct jpeg_decompress_struct *decoder = &job->decoder;

  decoder->err = &job->errors;
  decoder->client_data = job;
  jpeg_create_decompress (decoder);
  job->decoding = TRUE;
  jpeg_mem_src (decoder, job->file, job->bytes);
  jpeg_read_header (decoder, TRUE);
  decoder->out_color_space = JCS_RGB;
  decoder->dct_method = JDCT_ISLOW;
  jpeg_start_decompress (decoder);
  while (decoder->output_scanline < decoder->output_height)
    {
      float *to = job->picture + (gsize) decoder->output_scanline * 3 * job->width;

      jpeg_read_scanlines (decoder, &job->row, 1);
      for (int i = 0; i < 3 * job->width; i++)
        to[i] = job->row[i] * (1 / 255.0f);
    }
  jpeg_finish_decompress (decoder);
}

static gboolean
run (Job *job)
{
  if (setjmp (job->out))
    return FALSE;
  encode (job);
  decode (job);
  return TRUE;
}

gboolean
acu_jpeg_run (float *picture, int width, int height, int quality, gboolean full_chroma, GError **error)
{
  Job *job;
  gboolean done;

  if (MAX (width, height) > JPEG_MAX_DIMENSION)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("A picture of %d × %d pixels cannot go through JPEG, which holds at most %d on a side."),
                   width, height, (int) JPEG_MAX_DIMENSION);
      return FALSE;
    }
  job = acu_try_alloc0 (1, sizeof *job);
  if (job)
    {
      job->picture = picture;
      job->width = width;
      job->height = height;
      job->quality = quality;
      job->full_chroma = full_chroma;
      job->row = acu_try_alloc (width, 3);
      jpeg_std_error (&job->errors);
      job->errors.error_exit = jump_out;
      job->errors.output_message = say_nothing;
    }
  done = job && job->row && run (job);
  if (!done)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for degrading the picture."));
  if (job)
    {
      if (job->encoding)
        jpeg_destroy_compress (&job->encoder);
      if (job->decoding)
        jpeg_destroy_decompress (&job->decoder);
      free (job->file);
      acu_free (job->row);
    }
  acu_free (job);
  return done;
}
