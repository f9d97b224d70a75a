/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "spectral.h"

#include "pool.h"

#include <math.h>
#include <string.h>

#define ITERATIONS 12

/* One weight as a matrix. */
typedef struct Matrix
{
  gsize first;                    /* in the values */
  int rows, columns;
  double *u, *v, sigma;           /* u[rows], v[columns] */
} Matrix;

struct AcuSpectral
{
  const AcuTrainNet *net;
  GArray *matrices;
};

AcuSpectral *
acu_spectral_new (const AcuTrainNet *net)
{
  AcuSpectral *spectral = g_new0 (AcuSpectral, 1);
  g_autoptr (GArray) weights = g_array_new (FALSE, FALSE, sizeof (int));

  spectral->net = net;
  spectral->matrices = g_array_new (FALSE, FALSE, sizeof (Matrix));
  for (guint i = 0; i < net->net->layers->len; i++)
    if (net->layers[i].conv && net->layers[i].weight >= 0)
      g_array_append_val (weights, net->layers[i].weight);
  for (guint i = 1; i + 1 < weights->len; i++)
    {
      const AcuParameter *weight = &g_array_index (net->parameters, AcuParameter, g_array_index (weights, int, i));
      Matrix matrix = { weight->first, (int) weight->shape[0], (int) (weight->count / weight->shape[0]) };

      matrix.u = g_new (double, matrix.rows);
      matrix.v = g_new (double, matrix.columns);
      g_array_append_val (spectral->matrices, matrix);
    }
  return spectral;
}

void
acu_spectral_free (AcuSpectral *spectral)
{
  if (!spectral)
    return;
  for (guint i = 0; i < spectral->matrices->len; i++)
    {
      g_free (g_array_index (spectral->matrices, Matrix, i).u);
      g_free (g_array_index (spectral->matrices, Matrix, i).v);
    }
  g_array_unref (spectral->matrices);
  g_free (spectral);
}

/* Makes a vector one long; returns how long it was. */
static double
normalise (double *v, int n)
{
  double square = 0, length;

  for (int i = 0; i < n; i++)
    square += v[i] * v[i];
  length = sqrt (square);
  for (int i = 0; i < n; i++)
    v[i] /= MAX (length, 1e-30);
  return length;
}

/* Σ matrix · v. */
static double
multiply (Matrix *m, const float *w)
{
  for (int r = 0; r < m->rows; r++)
    {
      double sum = 0;

      for (int c = 0; c < m->columns; c++)
        sum += (double) w[(gsize) r * m->columns + c] * m->v[c];
      m->u[r] = sum;
    }
  return normalise (m->u, m->rows);
}

static void
find_sigma (Matrix *m, const float *w)
{
  /* Not at right angles to anything that is likely. */
  for (int c = 0; c < m->columns; c++)
    m->v[c] = 1 + (c * 7 % 13) / 13.0;
  normalise (m->v, m->columns);
  for (int i = 0; i < ITERATIONS; i++)
    {
      multiply (m, w);
      for (int c = 0; c < m->columns; c++)
        m->v[c] = 0;
      for (int r = 0; r < m->rows; r++)
        for (int c = 0; c < m->columns; c++)
          m->v[c] += m->u[r] * w[(gsize) r * m->columns + c];
      normalise (m->v, m->columns);
    }
  m->sigma = MAX (multiply (m, w), 1e-12);
}

typedef struct Job
{
  const AcuSpectral *spectral;
  const float *values;
  float *effective, *gradients;
} Job;

static void
apply (void *data, int task, int worker)
{
  const Job *job = data;
  Matrix *m = &g_array_index (job->spectral->matrices, Matrix, task);
  gsize n = (gsize) m->rows * m->columns;

  find_sigma (m, job->values + m->first);
  for (gsize i = 0; i < n; i++)
    job->effective[m->first + i] = (float) (job->values[m->first + i] / m->sigma);
}

void
acu_spectral_apply (AcuSpectral *spectral, const float *values, float *effective, int threads)
{
  Job job = { spectral, values, effective };

  memcpy (effective, values, spectral->net->n_values * sizeof (float));
  acu_pool_run ((int) spectral->matrices->len, threads, apply, &job);
}

/* σ's derivative by the weights is u vᵀ. */
static void
correct (void *data, int task, int worker)
{
  const Job *job = data;
  const Matrix *m = &g_array_index (job->spectral->matrices, Matrix, task);
  const float *w = job->effective + m->first;
  float *g = job->gradients + m->first;
  double product = 0;

  for (gsize i = 0; i < (gsize) m->rows * m->columns; i++)
    product += (double) g[i] * w[i];
  for (int r = 0; r < m->rows; r++)
    for (int c = 0; c < m->columns; c++)
      {
        float *at = &g[(gsize) r * m->columns + c];

        *at = (float) ((*at - product * m->u[r] * m->v[c]) / m->sigma);
      }
}

void
acu_spectral_gradient (const AcuSpectral *spectral, const float *effective, float *gradients, int threads)
{
  Job job = { spectral, NULL, (float *) effective, gradients };

  acu_pool_run ((int) spectral->matrices->len, threads, correct, &job);
}
