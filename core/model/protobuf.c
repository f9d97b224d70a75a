/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "protobuf.h"

/* Ten times seven bits. */
#define MAX_SHIFT 63
#define MAX_NUMBER ((1u << 29) - 1)

gboolean
acu_proto_varint (AcuProto *packed, guint64 *value)
{
  *value = 0;
  for (guint shift = 0; shift <= MAX_SHIFT && packed->left; shift += 7)
    {
      guint8 byte = *packed->at++;

      packed->left--;
      *value |= (guint64) (byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return shift < MAX_SHIFT || byte <= 1;
    }
  return FALSE;
}

static gboolean
read_fixed (AcuProto *message, gsize bytes, guint64 *value)
{
  if (message->left < bytes)
    return FALSE;
  *value = 0;
  for (gsize i = 0; i < bytes; i++)
    *value |= (guint64) message->at[i] << (8 * i);
  message->at += bytes;
  message->left -= bytes;
  return TRUE;
}

static gboolean
read_bytes (AcuProto *message, AcuProto *bytes)
{
  guint64 length;

  if (!acu_proto_varint (message, &length) || length > message->left)
    return FALSE;
  *bytes = (AcuProto) { message->at, length };
  message->at += length;
  message->left -= length;
  return TRUE;
}

AcuProtoStep
acu_proto_next (AcuProto *message, AcuProtoField *field)
{
  guint64 key;
  gboolean read;

  if (!message->left)
    return ACU_PROTO_END;
  if (!acu_proto_varint (message, &key) || key >> 3 == 0 || key >> 3 > MAX_NUMBER)
    return ACU_PROTO_DAMAGED;
  *field = (AcuProtoField) { .number = (guint) (key >> 3), .wire = (AcuProtoWire) (key & 7) };
  switch (key & 7)
    {
    case ACU_PROTO_VARINT: read = acu_proto_varint (message, &field->value); break;
    case ACU_PROTO_FIXED64: read = read_fixed (message, 8, &field->value); break;
    case ACU_PROTO_BYTES: read = read_bytes (message, &field->bytes); break;
    case ACU_PROTO_FIXED32: read = read_fixed (message, 4, &field->value); break;
    default: return ACU_PROTO_DAMAGED;
    }
  return read ? ACU_PROTO_FIELD : ACU_PROTO_DAMAGED;
}
