/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which algorithm computes a convolution, and in which numbers each feature map is kept.
 *
 * Time (docs/SPEED.md, measured for every shape by the kernel test): with whole groups of 16 input channels Winograd takes a third to a
 * fifth of the direct way's time, however few output channels there are; 16-bit products take two thirds of the f32 ones' time or
 * less on every processor. To three channels, where a tile's transform is most of its work, a direct convolution that multiplies input channels side by side is
 * three times as quick as Winograd. Error: 16-bit block floating point stays closer to f32 than direct bf16 on all pictures. */
#include "plan_private.h"

#define GROUP 16
/* Beyond both, Winograd is as quick as block floating point without it, and closer. */
#define BLOCK_MOST_IN 96
#define BLOCK_MOST_OUT 32
/* One in so many sums of a residual chain is kept in f32. */
#define MOST_SUMS 4

static gboolean
whole_groups (const AcuProgram *program, const AcuStage *stage)
{
  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    if (program->buffers[stage->inputs[k]].channels % GROUP)
      return FALSE;
  return TRUE;
}

/* Whether the windows share no pixel and cover whole ones only, so that they are runs of numbers. A map of one pixel (channel attention) is
 * nothing to save on. */
static gboolean
windows_apart (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *in = &program->buffers[stage->inputs[0]], *out = &program->buffers[stage->output];

  if (stage->kernel_width != stage->stride || stage->kernel_height != stage->stride || stage->left || stage->top || stage->gated
      || (int) (stage->n_inputs - stage->residual) * stage->kernel_height > ACU_STAGE_MAX_RUNS || (in->width == 1 && in->height == 1))
    return FALSE;
  return stage->kind == ACU_STAGE_DECONV2D
           ? out->width == in->width * stage->stride && out->height == in->height * stage->stride
           : stage->kind == ACU_STAGE_CONV2D && out->width <= in->width / stage->stride && out->height <= in->height / stage->stride;
}

/* Convolutions whose products may be of bfloat16 numbers, where these are quicker. */
static gboolean
is_coarse (const AcuPlan *plan, const AcuStage *stage)
{
  return plan->precision == ACU_PRECISION_FAST && stage->coarse && plan->device->bf16_quick && plan->device->bf16_quick ()
         && (stage->kind == ACU_STAGE_DECONV2D ? windows_apart (&plan->program, stage) : stage->kind == ACU_STAGE_CONV2D && stage->stride <= 2)
         && whole_groups (&plan->program, stage) && plan->program.buffers[stage->output].channels % GROUP == 0;
}

gboolean
acu_plan_prefers_blocks (const AcuDevice *device, int in, int out)
{
  return device->block_quick && device->block_quick () && in % GROUP == 0 && out % GROUP == 0 && (in <= BLOCK_MOST_IN || out <= BLOCK_MOST_OUT)
         && MAX (in, out) <= ACU_STAGE_BLOCK_CHANNELS;
}

/* Convolutions whose transforms would take more than the products that they save, where matrix units multiply bytes. */
static gboolean
is_block (const AcuPlan *plan, const AcuStage *stage)
{
  int in = 0;

  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    in += plan->program.buffers[stage->inputs[k]].channels;
  return plan->precision == ACU_PRECISION_FAST && stage->blocks && acu_plan_prefers_blocks (plan->device, in, plan->program.buffers[stage->output].channels);
}

static void
choose_algorithm (const AcuPlan *plan, AcuStage *stage)
{
  if (is_coarse (plan, stage))
    {
      stage->algorithm = ACU_ALGORITHM_CONV2D_BF16;
      return;
    }
  if (plan->precision == ACU_PRECISION_FAST && windows_apart (&plan->program, stage) && whole_groups (&plan->program, stage))
    {
      stage->algorithm = ACU_ALGORITHM_POINTWISE_I16;
      return;
    }
  if (plan->precision == ACU_PRECISION_FAST && stage->kind == ACU_STAGE_CONV2D && !stage->gated && whole_groups (&plan->program, stage)
      && plan->program.buffers[stage->output].channels <= ACU_STAGE_FEW_CHANNELS)
    {
      stage->algorithm = ACU_ALGORITHM_CONV2D_FEW;
      return;
    }
  if (stage->kind != ACU_STAGE_CONV2D || stage->kernel_width != 3 || stage->kernel_height != 3 || stage->stride != 1
      || !whole_groups (&plan->program, stage))
    return;
  if (is_block (plan, stage))
    {
      stage->algorithm = ACU_ALGORITHM_CONV2D_BLOCK;
      stage->granularity = ACU_STAGE_BLOCK_ROWS;
      return;
    }
  stage->algorithm = plan->precision == ACU_PRECISION_EXACT ? ACU_ALGORITHM_WINOGRAD_F32 : ACU_ALGORITHM_WINOGRAD_I16;
  stage->granularity = ACU_WINOGRAD_ROWS;
}

/* Stages that move pixels without looking at them. */
static gboolean
moves (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CROP || stage->kind == ACU_STAGE_PAD || stage->kind == ACU_STAGE_NEAREST;
}

/* Stages come after what they read, so each count follows from one that is there. */
static void
count_sums (AcuProgram *program)
{
  for (guint i = 0; i < program->n_stages; i++)
    {
      AcuStage *stage = &program->stages[i];

      if (stage->kind == ACU_STAGE_CONV2D && stage->residual && !stage->gated)
        stage->sums = program->stages[stage->inputs[stage->n_inputs - 1]].sums + 1;
    }
}

/* Whether nothing but convolutions read a map, or what is moved of it. */
static gboolean
feeds_convolutions (const AcuPlan *plan, guint number)
{
  const AcuProgram *program = &plan->program;

  for (guint c = plan->consumers_start[number]; c < plan->consumers_start[number + 1]; c++)
    {
      const AcuStage *reader = &program->stages[plan->consumers[c]];

      if (moves (reader) ? !feeds_convolutions (plan, reader->output)
                         : reader->kind != ACU_STAGE_CONV2D || (reader->residual && reader->inputs[reader->n_inputs - 1] == number))
        return FALSE;
    }
  return TRUE;
}

/* What convolutions and products make is kept in 16 bits. Sums, in which a long residual chain would gather its roundings, are not, but for
 * few in a row: those inside of RRDB's blocks, a sixth of its memory, cost 0.1 dB. On cards, which wait for memory, all of them are. */
static AcuMapElement
natural_element (const AcuPlan *plan, const AcuStage *stage)
{
  switch (stage->kind)
    {
    case ACU_STAGE_INPUT:
      /* Sums and enlargements make the result of it. */
      return plan->device->group && feeds_convolutions (plan, 0) ? ACU_MAP_F16 : ACU_MAP_F32;
    case ACU_STAGE_CONV2D:
      return stage->sums > 0 && stage->sums % MOST_SUMS == 0 && !plan->device->group ? ACU_MAP_F32 : ACU_MAP_F16;
    case ACU_STAGE_ADD:
    case ACU_STAGE_BICUBIC:
    case ACU_STAGE_PIXEL_SHUFFLE:
      return plan->device->group ? ACU_MAP_F16 : ACU_MAP_F32;
    case ACU_STAGE_DECONV2D:
    case ACU_STAGE_DEPTHWISE:
    case ACU_STAGE_SLOPE:
    case ACU_STAGE_ACTIVATION:
    case ACU_STAGE_MUL:
    case ACU_STAGE_CHANNEL_MUL:
      return ACU_MAP_F16;
    default:
      return ACU_MAP_F32;
    }
}

static gboolean
must_be_f32 (const AcuPlan *plan, guint number)
{
  const AcuProgram *program = &plan->program;
  const AcuBuffer *buffer = &program->buffers[number];

  /* Vectors of one pixel are nothing to save on. */
  if (number == program->n_stages - 1 || (buffer->width == 1 && buffer->height == 1))
    return TRUE;
  for (guint c = plan->consumers_start[number]; c < plan->consumers_start[number + 1]; c++)
    {
      const AcuStage *reader = &program->stages[plan->consumers[c]];

      if (((reader->kind == ACU_STAGE_BICUBIC || reader->kind == ACU_STAGE_PIXEL_SHUFFLE) && !plan->device->group)
          || (moves (reader) && program->buffers[reader->output].element == ACU_MAP_F32))
        return TRUE;
    }
  return FALSE;
}

/* What makes a map that may be kept in bfloat16: such convolutions, sums and products. */
static gboolean
may_make_bf16 (const AcuStage *stage)
{
  return stage->algorithm == ACU_ALGORITHM_CONV2D_BF16 || stage->kind == ACU_STAGE_ADD || stage->kind == ACU_STAGE_MUL || stage->kind == ACU_STAGE_CHANNEL_MUL;
}

/* A map that only convolutions of bfloat16 numbers read, which round it to such in any case. */
static gboolean
is_bf16 (const AcuPlan *plan, guint number)
{
  const AcuProgram *program = &plan->program;

  if (!may_make_bf16 (&program->stages[number]))
    return FALSE;
  for (guint c = plan->consumers_start[number]; c < plan->consumers_start[number + 1]; c++)
    {
      const AcuStage *reader = &program->stages[plan->consumers[c]];

      if (reader->algorithm != ACU_ALGORITHM_CONV2D_BF16 || (reader->residual && reader->inputs[reader->n_inputs - 1] == number))
        return FALSE;
    }
  return plan->consumers_start[number] < plan->consumers_start[number + 1];
}

void
acu_plan_choose (AcuPlan *plan)
{
  /* Stages begin with direct convolutions, maps in single precision. */
  for (guint i = 0; i < plan->program.n_stages && !plan->device->group; i++)
    choose_algorithm (plan, &plan->program.stages[i]);
  acu_plan_choose_maps (plan);
}

void
acu_plan_choose_maps (AcuPlan *plan)
{
  AcuProgram *program = &plan->program;

  if (plan->precision == ACU_PRECISION_EXACT || (plan->device->group && !plan->device->halves))
    return;
  count_sums (program);
  /* From the end, since what is moved has to be what its readers want; then what is moved gets its source's. */
  for (guint i = program->n_stages; i-- > 0;)
    program->buffers[i].element = must_be_f32 (plan, i) ? ACU_MAP_F32
                                  : is_bf16 (plan, i) ? ACU_MAP_BF16
                                  : moves (&program->stages[i]) ? ACU_MAP_F16 : natural_element (plan, &program->stages[i]);
  for (guint i = 0; i < program->n_stages; i++)
    if (moves (&program->stages[i]))
      program->buffers[i].element = program->buffers[program->stages[i].inputs[0]].element;
}
