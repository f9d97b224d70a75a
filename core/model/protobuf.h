/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Protocol buffers' wire format: fields one after the other, each with its number and either a number or a run of bytes. */
#ifndef ACU_PROTOBUF_H
#define ACU_PROTOBUF_H

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that are still to be read: a message, or a text. */
typedef struct AcuProto
{
  const guint8 *at;
  gsize left;
} AcuProto;

typedef enum AcuProtoWire
{
  ACU_PROTO_VARINT = 0,
  ACU_PROTO_FIXED64 = 1,
  ACU_PROTO_BYTES = 2,
  ACU_PROTO_FIXED32 = 5
} AcuProtoWire;

typedef struct AcuProtoField
{
  guint number;
  AcuProtoWire wire;
  guint64 value;                  /* of all but BYTES; fixed numbers as they lie, little-endian */
  AcuProto bytes;                 /* of BYTES: inside the message that it was read from */
} AcuProtoField;

typedef enum AcuProtoStep
{
  ACU_PROTO_END,
  ACU_PROTO_FIELD,
  ACU_PROTO_DAMAGED               /* cut off, or a wire type that is not above (groups have been out of use since 2008) */
} AcuProtoStep;

/* Reads the next field of a message. */
AcuProtoStep acu_proto_next (AcuProto *message, AcuProtoField *field);
/* Reads one of the numbers that lie packed in a field. FALSE at a damaged one. */
gboolean acu_proto_varint (AcuProto *packed, guint64 *value);

G_END_DECLS

#endif
