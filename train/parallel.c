/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "parallel.h"

#ifdef HAVE_MPI
#include <mpi.h>

/* Numbers that are sent at once: MPI counts in int. */
#define PIECE (1 << 24)

static int size = 1, rank;

void
acu_parallel_begin (int *argc, char ***argv)
{
  int provided;

  /* Without mpirun there is nobody to join, and starting MPI takes its time. */
  if (!g_getenv ("OMPI_COMM_WORLD_SIZE") && !g_getenv ("PMI_SIZE") && !g_getenv ("PMIX_RANK"))
    return;
  MPI_Init_thread (argc, argv, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_size (MPI_COMM_WORLD, &size);
  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
}

static gboolean
is_running (void)
{
  int initialized = 0;

  MPI_Initialized (&initialized);
  return initialized;
}

void
acu_parallel_end (gboolean failed)
{
  if (!is_running ())
    return;
  if (failed)
    MPI_Abort (MPI_COMM_WORLD, 1);
  MPI_Finalize ();
}

void
acu_parallel_add (float *numbers, gsize n)
{
  for (gsize first = 0; size > 1 && first < n; first += PIECE)
    MPI_Allreduce (MPI_IN_PLACE, numbers + first, (int) MIN (PIECE, n - first), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}

void
acu_parallel_add_doubles (double *numbers, gsize n)
{
  if (size > 1)
    MPI_Allreduce (MPI_IN_PLACE, numbers, (int) n, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

gboolean
acu_parallel_any (gboolean mine)
{
  int any = mine != FALSE;

  if (size > 1)
    MPI_Allreduce (MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return any;
}

int
acu_parallel_size (void)
{
  return size;
}

int
acu_parallel_rank (void)
{
  return rank;
}

#else

void
acu_parallel_begin (int *argc, char ***argv)
{
  if (g_getenv ("OMPI_COMM_WORLD_SIZE"))
    g_printerr ("acuity-train was built without MPI: every process trains by itself.\n");
}

void
acu_parallel_end (gboolean failed)
{
}

void
acu_parallel_add (float *numbers, gsize n)
{
}

void
acu_parallel_add_doubles (double *numbers, gsize n)
{
}

gboolean
acu_parallel_any (gboolean mine)
{
  return mine;
}

int
acu_parallel_size (void)
{
  return 1;
}

int
acu_parallel_rank (void)
{
  return 0;
}
#endif
