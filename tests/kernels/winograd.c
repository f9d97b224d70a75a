/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <math.h>
#include <string.h>

typedef struct Case
{
  AcuWinograd conv;
  int tiles, columns, rows;       /* tiles beside one another; columns and rows of the result */
  int above;                      /* rows that the tiles begin above it */
  Buffer src[ACU_WINOGRAD_MAX_SLICES], residual, expected, got, factor, bias, slope;
  Buffer weights[2], scratch[2];  /* by AcuI16Order */
  float *plain;
  AcuWinogradRow row[2];          /* the same twice */
  AcuWinogradTile tile[ACU_WINOGRAD_TILES];
} Case;

static int
in_channels (const AcuWinograd *conv)
{
  int channels = 0;

  for (int s = 0; s < conv->slices; s++)
    channels += conv->slice_channels[s];
  return channels;
}

static void
set_tiles (Case *c, Buffer *dst)
{
  const AcuWinograd *conv = &c->conv;
  gsize pixel = conv->out_channels * element_bytes (conv->out_element);
  gsize other = conv->out_channels * element_bytes (conv->residual_element);

  int second = g_test_rand_int_range (0, c->tiles + 1);

  for (int i = 0; i < 2; i++)
    {
      AcuWinogradRow *row = &c->row[i];

      row->above = c->above;
      row->rows = c->rows;
      for (int y = c->above; y < c->rows; y++)
        {
          row->dst[y] = (char *) dst->f + (gsize) y * c->columns * pixel;
          row->residual[y] = conv->residual ? (char *) c->residual.f + (gsize) y * c->columns * other : NULL;
        }
      for (int s = 0; s < conv->slices; s++)
        for (int y = 0; y < 6; y++)
          row->src[s * 6 + y] = (char *) c->src[s].f + (gsize) y * (4 * c->tiles + 2) * conv->slice_channels[s] * element_bytes (conv->slice_elements[s]);
    }
  for (int t = 0; t < c->tiles; t++)
    c->tile[t] = (AcuWinogradTile) { &c->row[t >= second], 4 * t, MIN (4, c->columns - 4 * t) };
}

/* For kernels that read weights of that order. */
static void
set_order (Case *c, AcuI16Order order)
{
  c->conv.order = order;
  c->conv.weights = c->weights[order].f;
}

static void
pack (Case *c)
{
  for (int order = 0; order < 2; order++)
    {
      set_order (c, order);
      acu_winograd_pack (c->weights[order].f, c->factor.f, &c->conv, c->plain);
    }
  set_order (c, ACU_I16_PAIRS);
}

static void
case_init (Case *c, Numbers numbers)
{
  AcuWinograd *conv = &c->conv;
  gsize padded = (conv->out_channels + 15) / 16 * 16, n = (gsize) conv->out_channels * in_channels (conv) * 9;

  c->tiles = (c->columns + 3) / 4;
  for (int s = 0; s < conv->slices; s++)
    buffer_init_elements (&c->src[s], (gsize) 6 * (4 * c->tiles + 2) * conv->slice_channels[s], conv->slice_elements[s], numbers);
  n = (gsize) conv->out_channels * in_channels (conv) * 9;
  c->plain = g_new (float, n);
  fill_random (c->plain, n, NUMBERS_ORDINARY);
  n = (gsize) c->rows * c->columns * conv->out_channels;
  if (conv->residual)
    buffer_init_elements (&c->residual, n, conv->residual_element, NUMBERS_ORDINARY);
  n = conv->out_element == ACU_ELEMENT_F16 ? (n + 1) / 2 : n;
  buffer_init (&c->expected, n, TRUE);
  buffer_init (&c->got, n, g_test_rand_bit ());
  for (int order = 0; order < 2; order++)
    {
      conv->order = order;
      buffer_init (&c->weights[order], acu_winograd_weights_bytes (conv) / 4, TRUE);
      buffer_init (&c->scratch[order], (acu_winograd_scratch_bytes (conv) + 63) / 64 * 16, TRUE);
    }
  buffer_init (&c->factor, padded, TRUE);
  buffer_init (&c->bias, padded, TRUE);
  buffer_init (&c->slope, padded, TRUE);
  fill_random (c->bias.f, padded, NUMBERS_ORDINARY);
  fill_random (c->slope.f, padded, NUMBERS_ORDINARY);
  pack (c);
  conv->factor = c->factor.f;
  conv->bias = c->bias.f;
  conv->slope = c->slope.f;
}

static void
case_clear (Case *c)
{
  for (int s = 0; s < c->conv.slices; s++)
    buffer_clear (&c->src[s], "winograd source");
  if (c->conv.residual)
    buffer_clear (&c->residual, "winograd residual");
  buffer_clear (&c->expected, "winograd C");
  buffer_clear (&c->got, "winograd result");
  buffer_clear (&c->factor, "winograd factor");
  buffer_clear (&c->bias, "winograd bias");
  buffer_clear (&c->slope, "winograd slope");
  for (int order = 0; order < 2; order++)
    {
      buffer_clear (&c->weights[order], "winograd weights");
      buffer_clear (&c->scratch[order], "winograd scratch");
    }
  g_free (c->plain);
}

static float
result_at (const Case *c, const Buffer *buffer, gsize at)
{
  return c->conv.out_element == ACU_ELEMENT_F16 ? acu_half_to_float (((const guint16 *) (void *) buffer->f)[at])
                                                : buffer->f[at];
}

static float
source_at (const Case *c, int slice, int y, int x, int channel)
{
  const AcuWinograd *conv = &c->conv;
  gsize at = ((gsize) y * (4 * c->tiles + 2) + x) * conv->slice_channels[slice] + channel;

  return conv->slice_elements[slice] == ACU_ELEMENT_F16
           ? acu_half_to_float (((const guint16 *) (void *) c->src[slice].f)[at]) : c->src[slice].f[at];
}

/* The convolution as it is defined, in double precision. */
static double
direct (const Case *c, int y, int x, int out)
{
  const AcuWinograd *conv = &c->conv;
  const float *w = c->plain + (gsize) out * in_channels (conv) * 9;
  double v = conv->bias[out], gate = 1;

  for (int s = 0; s < conv->slices; s++)
    for (int i = 0; i < conv->slice_channels[s]; i++)
      for (int tap = 0; tap < 9; tap++)
        v += (double) *w++ * source_at (c, s, y + tap / 3, x + tap % 3, i);
  switch (conv->activation)
    {
    case ACU_WINOGRAD_SLOPE: v = v < 0 ? v * conv->slope[out] : v; break;
    case ACU_WINOGRAD_SIGMOID: v = 1 / (1 + exp (-v)); break;
    case ACU_WINOGRAD_SWISH: v = v / (1 + exp (-v)); break;
    case ACU_WINOGRAD_GATE: gate = conv->gate[0] / (1 + exp (-v)) + conv->gate[1]; break;
    default: break;
    }
  if (conv->residual)
    {
      gsize at = ((gsize) y * c->columns + x) * conv->out_channels + out;
      float other = conv->residual_element == ACU_ELEMENT_F16
                      ? acu_half_to_float (((const guint16 *) (void *) c->residual.f)[at]) : c->residual.f[at];

      v = v * conv->scale[0] + other * conv->scale[1];
    }
  return v * gate;
}

static void
random_case (Case *c, int i)
{
  AcuWinograd *conv = &c->conv;

  *c = (Case) { .columns = g_test_rand_int_range (1, 97), .rows = i % 3 ? 4 : g_test_rand_int_range (1, 5) };
  c->above = i % 5 ? 0 : g_test_rand_int_range (0, c->rows);
  conv->kind = i & 1;
  conv->slices = g_test_rand_int_range (1, 6);
  for (int s = 0; s < conv->slices; s++)
    {
      conv->slice_channels[s] = 16 * g_test_rand_int_range (1, s ? 3 : 6);
      conv->slice_elements[s] = g_test_rand_int_range (0, 2);
    }
  conv->out_channels = g_test_rand_bit () ? g_test_rand_int_range (1, 130) : 16 * g_test_rand_int_range (1, 8);
  conv->out_element = g_test_rand_int_range (0, 2);
  conv->activation = g_test_rand_int_range (0, 5);
  conv->residual = g_test_rand_int_range (0, 2);
  conv->residual_element = g_test_rand_int_range (0, 2);
  conv->scale[0] = 0.2f;
  conv->scale[1] = 1.5f;
  conv->gate[0] = 1.25f;
  conv->gate[1] = -0.5f;
}

/* The reference against the definition. Sixteen bits keep about 80 dB below the tile's largest values. */
static void
test_against_double (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 12; i++)
    {
      Case c;
      gsize pixel;
      double sum = 0, error = 0;

      random_case (&c, i);
      c.columns = MIN (c.columns, 10);
      case_init (&c, NUMBERS_ORDINARY);
      set_tiles (&c, &c.expected);
      g_assert_true (k.winograd[c.conv.kind] (c.tile, c.tiles, 0, &c.conv, c.scratch[c.conv.order].f));
      for (int y = c.above; y < c.rows; y++)
        for (int x = 0; x < c.columns; x++)
          for (int o = 0; o < c.conv.out_channels; o++)
            {
              double v = direct (&c, y, x, o), got;

              pixel = ((gsize) y * c.columns + x) * c.conv.out_channels + o;
              got = result_at (&c, &c.expected, pixel);
              sum += v * v;
              error += (got - v) * (got - v);
              if (c.conv.kind == ACU_WINOGRAD_F32 && c.conv.out_element == ACU_ELEMENT_F32)
                g_assert_cmpfloat_with_epsilon (got, v, 5e-4);
            }
      g_test_message ("case %d: %d channels, %.1f dB", i, in_channels (&c.conv), 10 * log10 (sum / MAX (error, 1e-30)));
      g_assert_cmpfloat (error, <, sum * (c.conv.kind == ACU_WINOGRAD_I16 ? 3e-5 : 1e-6));
      case_clear (&c);
    }
}

typedef struct Compare
{
  Case *c;
  int fits;
} Compare;

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Compare *compare = data;
  Case *c = compare->c;
  gsize n = (gsize) c->rows * c->columns * c->conv.out_channels;
  AcuWinogradTile swapped;
  int first, fits, other;

  memset (c->got.f, 0xa5, c->got.n * sizeof (float));
  set_tiles (c, &c->got);
  set_order (c, kernels->i16_order);
  /* Neighbours share columns of pixels, others do not. */
  other = g_test_rand_int_range (0, c->tiles);
  swapped = c->tile[0];
  c->tile[0] = c->tile[other];
  c->tile[other] = swapped;
  /* In one call or two, the first of which is told of the second: neither changes anything. */
  first = g_test_rand_bit () ? c->tiles : g_test_rand_int_range (1, c->tiles + 1);
  fits = kernels->winograd[c->conv.kind] (c->tile, first, c->tiles - first, &c->conv, c->scratch[c->conv.order].f);
  if (first < c->tiles)
    fits &= kernels->winograd[c->conv.kind] (c->tile + first, c->tiles - first, 0, &c->conv, c->scratch[c->conv.order].f);
  g_assert_cmpint (fits, ==, compare->fits);
  for (gsize i = 0; i < n; i++)
    if (!same_float (result_at (c, &c->expected, i), result_at (c, &c->got, i)))
      {
        g_test_message ("winograd, %s: number %zu of %zu is %a, expected %a", isa, i, n, result_at (c, &c->got, i),
                        result_at (c, &c->expected, i));
        g_assert_not_reached ();
      }
}

static void
test_random (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 60; i++)
    {
      Case c;
      Compare compare = { &c };

      random_case (&c, i);
      case_init (&c, i % N_NUMBERS);
      set_tiles (&c, &c.expected);
      /* Each tile by itself: what it shares with others is calculated anew. */
      compare.fits = 1;
      for (int t = 0; t < c.tiles; t++)
        compare.fits &= k.winograd[c.conv.kind] (c.tile + t, 1, 0, &c.conv, c.scratch[c.conv.order].f);
      for_each_i16_level (compare_level, &compare);
      case_clear (&c);
    }
}

/* Data of any size: a bound that holds always, for sums of equal signs in all channels too. */
static void
no_overflow_level (const char *isa, const AcuKernels *k, gpointer data)
{
  static const float sizes[] = { 1e-20f, 1, 1e4f, 6e4f };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Case c = { .conv = { .kind = ACU_WINOGRAD_I16, .slices = 1, .slice_channels = { 192 }, .out_channels = 16 },
                 .columns = 4, .rows = 4 };

      case_init (&c, NUMBERS_ORDINARY);
      for (gsize j = 0; j < (gsize) 192 * 16 * 9; j++)
        c.plain[j] = 0.5f;
      memset (c.bias.f, 0, c.bias.n * sizeof (float));
      pack (&c);
      set_order (&c, k->i16_order);
      for (gsize j = 0; j < c.src[0].n; j++)
        c.src[0].f[j] = g_test_rand_int_range (0, 4) ? sizes[i] : -sizes[i];
      set_tiles (&c, &c.got);
      g_assert_true (k->winograd[ACU_WINOGRAD_I16] (c.tile, 1, 0, &c.conv, c.scratch[c.conv.order].f));
      for (int x = 0; x < 16; x++)
        for (int o = 0; o < 16; o++)
          g_assert_cmpfloat_with_epsilon (c.got.f[x * 16 + o] / sizes[i], direct (&c, x / 4, x % 4, o) / sizes[i], 1);
      case_clear (&c);
    }
}

static void
test_no_overflow (void)
{
  for_each_i16_level (no_overflow_level, NULL);
}

static void
tells_overflow_level (const char *isa, const AcuKernels *k, gpointer data)
{
  static const struct
  {
    float value;
    AcuElement element;
    float slope;                  /* 0: none */
    float gate;                   /* 0: none */
    int fits;
  } rows[] = {
    { 1e-3f, ACU_ELEMENT_F16, 0, 0, 1 }, { 1e2f, ACU_ELEMENT_F16, 0, 0, 1 }, { 9e2f, ACU_ELEMENT_F16, 0, 0, 1 }, { 9.3e2f, ACU_ELEMENT_F16, 0, 0, 0 },
    { 2e3f, ACU_ELEMENT_F16, 0, 0, 0 }, { -2e3f, ACU_ELEMENT_F16, 0, 0, 0 }, { 2e3f, ACU_ELEMENT_F32, 0, 0, 1 }, { INFINITY, ACU_ELEMENT_F32, 0, 0, 0 },
    { NAN, ACU_ELEMENT_F16, 0, 0, 0 }, { NAN, ACU_ELEMENT_F32, 0, 0, 0 }, { -1, ACU_ELEMENT_F16, 800, 0, 1 }, { -1, ACU_ELEMENT_F16, 950, 0, 0 },
    { -1, ACU_ELEMENT_F16, -950, 0, 0 }, { 1, ACU_ELEMENT_F16, 950, 0, 1 }, { -1, ACU_ELEMENT_F16, NAN, 0, 0 },
    { 1, ACU_ELEMENT_F16, 0, 800, 1 }, { 1, ACU_ELEMENT_F16, 0, 950, 0 }, { -1, ACU_ELEMENT_F16, 0, 1e9f, 1 },
  };

  for (int kind = 0; kind < 2; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        Case c = { .conv = { .kind = kind, .slices = 1, .slice_channels = { 16 }, .out_channels = 16,
                             .out_element = rows[i].element, .activation = rows[i].gate != 0 ? ACU_WINOGRAD_GATE : rows[i].slope != 0 ? ACU_WINOGRAD_SLOPE : ACU_WINOGRAD_LINEAR,
                             .gate = { rows[i].gate } },
                   .columns = 4, .rows = 4 };

        case_init (&c, NUMBERS_ORDINARY);
        for (int o = 0; o < 16; o++)
          c.slope.f[o] = rows[i].slope;
        for (gsize j = 0; j < (gsize) 16 * 16 * 9; j++)
          c.plain[j] = 0.5f;
        pack (&c);
        set_order (&c, k->i16_order);
        for (gsize j = 0; j < c.src[0].n; j++)
          c.src[0].f[j] = rows[i].value;
        set_tiles (&c, &c.got);
        g_assert_cmpint (k->winograd[kind] (c.tile, 1, 0, &c.conv, c.scratch[c.conv.order].f), ==, rows[i].fits);
        case_clear (&c);
      }
}

static void
test_tells_overflow (void)
{
  for_each_i16_level (tells_overflow_level, NULL);
}

typedef struct Bench
{
  Case *c;
  const AcuKernels *kernels;
  GString *line;
} Bench;

static void
bench_work (gpointer data)
{
  Bench *bench = data;

  bench->kernels->winograd[bench->c->conv.kind] (bench->c->tile, bench->c->tiles, 0, &bench->c->conv,
                                                bench->c->scratch[bench->c->conv.order].f);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *bench = data;
  double flop = 18.0 * in_channels (&bench->c->conv) * bench->c->conv.out_channels * bench->c->columns * 4;

  bench->kernels = kernels;
  set_order (bench->c, kernels->i16_order);
  g_string_append_printf (bench->line, "  %s %.1f", isa, flop / best_seconds (bench_work, bench) * 1e-9);
}

/* GFLOP/s count the direct way's operations. */
static void
test_speed (void)
{
  static const int rows[][2] = { { 64, 64 }, { 64, 48 }, { 48, 48 }, { 64, 32 }, { 96, 32 }, { 160, 32 }, { 192, 64 }, { 128, 128 } };

  for (int kind = 0; kind < 2; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        AcuElement element = kind ? ACU_ELEMENT_F16 : ACU_ELEMENT_F32;
        Case c = { .conv = { .kind = kind, .slices = 1, .slice_channels = { rows[i][0] }, .slice_elements = { element },
                             .out_channels = rows[i][1], .out_element = element, .activation = ACU_WINOGRAD_SLOPE },
                   .columns = 96, .rows = 4 };
        Bench bench = { .c = &c, .line = g_string_new (NULL) };

        case_init (&c, NUMBERS_ORDINARY);
        set_tiles (&c, &c.got);
        for_each_level (bench_level, &bench);
        g_test_message ("winograd %s %d -> %d, GFLOP/s:%s", kind ? "i16" : "f32", rows[i][0], rows[i][1], bench.line->str);
        g_string_free (bench.line, TRUE);
        case_clear (&c);
      }
}

static void
test_half (void)
{
  AcuKernels k;

  acu_kernels_init (&k, acu_cpu_permit (acu_cpu_flags ()));
  for (guint i = 0; i < 65536; i += 16)
    {
      guint16 halves[16], back[16];
      float wide[16];

      for (guint j = 0; j < 16; j++)
        halves[j] = (guint16) (i + j);
      k.half_widen (wide, halves, 16);
      for (guint j = 0; j < 16; j++)
        g_assert_true (same_float (wide[j], acu_half_to_float (halves[j])));
      k.half_narrow (back, wide, 16);
      for (guint j = 0; j < 16; j++)
        g_assert_true (back[j] == halves[j] || isnan (wide[j]));
    }
  for (guint i = 0; i < 100000; i++)
    {
      float v[19];
      guint16 one[19];
      int fits = 1;

      fill_random (v, 19, i % N_NUMBERS);
      if (i & 1)
        for (guint j = 0; j < 19; j++)
          v[j] = ldexpf (v[j], 16);
      for (guint j = 0; j < 19; j++)
        fits &= fabsf (v[j]) <= ACU_HALF_MAX;
      g_assert_cmpint (k.half_narrow (one, v, 19), ==, fits);
      for (guint j = 0; j < 19; j++)
        g_assert_true (one[j] == acu_half_from_float (v[j]) || isnan (v[j]));
    }
}

void
add_winograd_tests (void)
{
  g_test_add_func ("/kernels/half", test_half);
  g_test_add_func ("/kernels/winograd/against-double", test_against_double);
  g_test_add_func ("/kernels/winograd/random", test_random);
  g_test_add_func ("/kernels/winograd/no-overflow", test_no_overflow);
  g_test_add_func ("/kernels/winograd/tells-overflow", test_tells_overflow);
  g_test_add_func ("/kernels/winograd/speed", test_speed);
}
