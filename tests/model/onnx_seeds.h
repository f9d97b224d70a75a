/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small sound ONNX files, made byte by byte. */
#ifndef ONNX_SEEDS_H
#define ONNX_SEEDS_H

#include <glib.h>

/* Parts of a protocol buffer. */
void onnx_number (GByteArray *to, guint field, guint64 value);
void onnx_bytes (GByteArray *to, guint field, const void *bytes, gsize n);
void onnx_text (GByteArray *to, guint field, const char *text);
/* Takes `message`. */
void onnx_message (GByteArray *to, guint field, GByteArray *message);

/* Parts of ONNX, to be put into a graph; sides are ended by 0. */
GByteArray *onnx_constant (const char *name, const guint64 *sides, const float *values);
GByteArray *onnx_node (const char *type, const char *inputs, const char *output);   /* inputs separated by spaces */
void onnx_ints (GByteArray *node, const char *name, const guint64 *values, guint n);
void onnx_whole (GByteArray *node, const char *name, guint64 value);
void onnx_node_to (GByteArray *graph, GByteArray *node);
void onnx_constant_to (GByteArray *graph, GByteArray *constant);
void onnx_input_to (GByteArray *graph, const char *name);
void onnx_output_to (GByteArray *graph, const char *name);
/* Takes `graph`. */
GByteArray *onnx_model (GByteArray *graph);

/* Of three channels: a convolution with stride 2 and a padding that it does not wholly reach, ReLU, one of each channel for itself, a transposed one, batch normalisation,
 * a sum and a sigmoid, and two results: as many channels as the picture, and two. */
GByteArray *onnx_all_layers (void);

/* A network that takes marks for faces: 4 × 4 pixels at multiples of 4, of which the left half is red and the right half blue. Each face is `width` × `height` pixels large around
 * the mark's middle; landmarks (x, y) are counted from there. */
GByteArray *onnx_detector (double width, double height, const double (*landmarks)[2]);

#endif
