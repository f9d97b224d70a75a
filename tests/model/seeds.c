/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "seeds.h"

#include <string.h>

static void
put_u32 (GByteArray *bin, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bin, (const guint8 *) &value, sizeof value);
}

static void
put_floats (GByteArray *bin, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      float value = (float) ((int) (i % 7) - 3) / 16;
      guint32 bits;

      memcpy (&bits, &value, sizeof bits);
      put_u32 (bin, bits);
    }
}

static void
put_f32 (GByteArray *bin, guint n)
{
  put_u32 (bin, 0);
  put_floats (bin, n);
}

static void
put_f16 (GByteArray *bin, guint n)
{
  put_u32 (bin, 0x01306B47);
  for (guint i = 0; i < (n + 1) / 2 * 2; i++)
    {
      guint16 half = GUINT16_TO_LE ((guint16) (i < n ? 0x3400 + i % 5 : 0));

      g_byte_array_append (bin, (const guint8 *) &half, sizeof half);
    }
}

static const char compact[] =
  "7767517\n9 10\n"
  "Input in 0 1 data\n"
  "Split s 1 2 data a b\n"
  "Convolution c 1 1 a m 0=12 1=3 4=1 5=1 6=324\n"
  "PReLU p 1 1 m n 0=12\n"
  "Convolution e 1 1 n k 0=12 1=1 6=144 9=2 -23310=1,2.000000e-01\n"
  "PixelShuffle x 1 1 k u 0=2\n"
  "Interp r 1 1 b v 0=1 1=2.000000e+00 2=2.000000e+00\n"
  "BinaryOp + 2 1 u v w\n"
  "Interp t 1 1 w out 0=3 1=1.500000e+00 2=1.500000e+00\n";

static const char attention[] =
  "7767517\n14 16\n"
  "Input in 0 1 data\n"
  "MemoryData mean 0 1 m 0=1 1=1 2=3\n"
  "BinaryOp - 2 1 data m x 0=1\n"
  "BinaryOp * 1 1 x y 0=2 1=1 2=2.550000e+02\n"
  "Convolution c 1 1 y z 0=5 1=3 5=1 6=135 9=1\n"
  "Split s 1 2 z z0 z1\n"
  "Pooling g 1 1 z0 q 0=1 4=1\n"
  "InnerProduct i 1 1 q h 0=3 1=1 2=15 9=1\n"
  "InnerProduct j 1 1 h k 0=5 1=1 2=15 9=4\n"
  "Scale sc 2 1 z1 k l 0=-233\n"
  "Deconvolution d 1 1 l t 0=3 1=4 3=2 4=3 5=1 6=240\n"
  "Split s2 1 2 t t0 t1\n"
  "Sigmoid sg 1 1 t0 u\n"
  "Eltwise el 2 1 t1 u out 0=1 -23301=2,2.000000e-01,1.000000e+00\n";

static const char dense[] =
  "7767517\n10 12\n"
  "Input in 0 1 data\n"
  "Split s 1 2 data a b\n"
  "Convolution c 1 1 a f 0=4 1=3 4=1 5=1 6=108 9=2 -23310=1,0.1\n"
  "Concat j 2 1 b f g\n"
  "Swish w 1 1 g h\n"
  "Split s2 1 2 h h0 h1\n"
  "Crop k 1 1 h0 o -23309=2,1,1 -23310=2,-1,-1 -23311=2,-2,-1\n"
  "ReLU r 1 1 h1 q 0=0.1\n"
  "Crop k2 2 1 q o v 0=1 1=1\n"
  "Convolution e 1 1 v out 0=3 1=1 6=21\n";

void
make_seeds (Seed *seeds)
{
  seeds[0] = (Seed) { "compact", compact, g_byte_array_new () };
  put_f16 (seeds[0].bin, 324);
  put_floats (seeds[0].bin, 12);
  put_floats (seeds[0].bin, 12);
  put_f32 (seeds[0].bin, 144);

  seeds[1] = (Seed) { "attention", attention, g_byte_array_new () };
  put_floats (seeds[1].bin, 3);
  put_f16 (seeds[1].bin, 135);
  put_floats (seeds[1].bin, 5);
  put_f16 (seeds[1].bin, 15);
  put_floats (seeds[1].bin, 3);
  put_f32 (seeds[1].bin, 15);
  put_floats (seeds[1].bin, 5);
  put_f32 (seeds[1].bin, 240);
  put_floats (seeds[1].bin, 3);

  seeds[2] = (Seed) { "dense", dense, g_byte_array_new () };
  put_f32 (seeds[2].bin, 108);
  put_floats (seeds[2].bin, 4);
  put_f32 (seeds[2].bin, 21);
}

void
free_seeds (Seed *seeds)
{
  for (int i = 0; i < N_SEEDS; i++)
    g_byte_array_unref (seeds[i].bin);
}
