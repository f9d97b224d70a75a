/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "plan_private.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>

static AcuStageKind
stage_kind (const AcuLayer *layer, const AcuShape *shapes)
{
  switch (layer->kind)
    {
    case ACU_LAYER_INPUT: return ACU_STAGE_INPUT;
    case ACU_LAYER_CONV2D: return ACU_STAGE_CONV2D;
    case ACU_LAYER_DECONV2D: return ACU_STAGE_DECONV2D;
    case ACU_LAYER_DEPTHWISE: return ACU_STAGE_DEPTHWISE;
    case ACU_LAYER_SLOPE: return ACU_STAGE_SLOPE;
    case ACU_LAYER_SIGMOID:
    case ACU_LAYER_SWISH: return ACU_STAGE_ACTIVATION;
    case ACU_LAYER_ADD: return ACU_STAGE_ADD;
    case ACU_LAYER_MUL:
      {
        const AcuShape *a = &shapes[layer->inputs[0]], *b = &shapes[layer->inputs[1]];

        return b->width == 1 && b->height == 1 && (a->width > 1 || a->height > 1)
                 ? ACU_STAGE_CHANNEL_MUL : ACU_STAGE_MUL;
      }
    case ACU_LAYER_AFFINE: return ACU_STAGE_AFFINE;
    case ACU_LAYER_CONCAT: return ACU_STAGE_CONCAT;
    case ACU_LAYER_APPEND: return ACU_STAGE_APPEND;
    case ACU_LAYER_CROP: return ACU_STAGE_CROP;
    case ACU_LAYER_PAD: return ACU_STAGE_PAD;
    case ACU_LAYER_NEAREST: return ACU_STAGE_NEAREST;
    case ACU_LAYER_BICUBIC: return ACU_STAGE_BICUBIC;
    case ACU_LAYER_PIXEL_SHUFFLE: return ACU_STAGE_PIXEL_SHUFFLE;
    case ACU_LAYER_GLOBAL_POOL: return ACU_STAGE_GLOBAL_POOL;
    case ACU_LAYER_STENCIL: return ACU_STAGE_STENCIL;
    case ACU_LAYER_NOISE: return ACU_STAGE_NOISE;
    }
  g_assert_not_reached ();
}

/* A crop needs its second input's size only. */
static guint
inputs_read (const AcuLayer *layer)
{
  return layer->kind == ACU_LAYER_CROP ? MIN (layer->n_inputs, 1) : layer->n_inputs;
}

/* How many layers read each feature map; the result counts as read once more. */
static guint *
count_readers (const AcuNet *net)
{
  guint *readers = g_try_new0 (guint, net->layers->len);

  if (!readers)
    return NULL;
  for (guint i = 0; i < net->layers->len; i++)
    for (guint k = 0; k < inputs_read (acu_net_layer (net, i)); k++)
      readers[acu_net_layer (net, i)->inputs[k]]++;
  readers[net->layers->len - 1]++;
  return readers;
}

/* Whether every reader of a concatenation is a convolution, so that it need not be made. */
static gboolean
concat_is_virtual (const AcuNet *net, guint concat)
{
  if (concat == net->layers->len - 1)
    return FALSE;
  for (guint i = concat + 1; i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);

      for (guint k = 0; k < layer->n_inputs; k++)
        if (layer->inputs[k] == concat && layer->kind != ACU_LAYER_CONV2D)
          return FALSE;
    }
  for (guint k = 0; k < acu_net_layer (net, concat)->n_inputs; k++)
    if (acu_net_layer (net, acu_net_layer (net, concat)->inputs[k])->kind == ACU_LAYER_CONCAT)
      return FALSE;
  return TRUE;
}

/* Whether a card's convolutions, all that read it, can read what a repeated or, at right and bottom, continued map is made of as if it were that. */
static gboolean
larger_is_virtual (const AcuPlan *plan, guint larger)
{
  const AcuNet *net = plan->net;
  const AcuLayer *layer = acu_net_layer (net, larger);

  if (!plan->device->group || larger == net->layers->len - 1
      || (layer->kind != ACU_LAYER_NEAREST && (layer->kind != ACU_LAYER_PAD || layer->border != ACU_BORDER_REPLICATE || layer->left || layer->top))
      || plan->layer_stage[layer->inputs[0]] == G_MAXUINT)
    return FALSE;
  for (guint i = larger + 1; i < net->layers->len; i++)
    {
      const AcuLayer *reader = acu_net_layer (net, i);

      for (guint k = 0; k < reader->n_inputs; k++)
        if (reader->inputs[k] == larger && reader->kind != ACU_LAYER_CONV2D)
          return FALSE;
    }
  return TRUE;
}

/* Whether a border or a cut adds or takes nothing. */
static gboolean
is_nothing (const AcuPlan *plan, const AcuShape *shapes, guint index)
{
  const AcuLayer *layer = acu_net_layer (plan->net, index);
  guint before = layer->n_inputs ? plan->layer_stage[layer->inputs[0]] : G_MAXUINT;

  if ((layer->kind != ACU_LAYER_CROP && layer->kind != ACU_LAYER_PAD) || before == G_MAXUINT || layer->left || layer->top
      || shapes[layer->inputs[0]].width != shapes[index].width || shapes[layer->inputs[0]].height != shapes[index].height)
    return FALSE;
  /* The last stage makes the result, and the picture is none. */
  return index < plan->net->layers->len - 1 || (before > 0 && before == plan->program.n_stages - 1);
}

/* Whether nobody but one layer reads what layer `index` makes, also not under another name, which a cut or border of nothing is. */
static gboolean
has_one_reader (const AcuNet *net, const guint *readers, guint index)
{
  const AcuLayer *layer = acu_net_layer (net, index);

  while (readers[index] == 1 && (layer->kind == ACU_LAYER_CROP || layer->kind == ACU_LAYER_PAD))
    {
      index = layer->inputs[0];
      layer = acu_net_layer (net, index);
    }
  return readers[index] == 1;
}

/* Whether the stage that made a cut's input could have made less of it. */
static gboolean
cuts (const AcuPlan *plan, const AcuLayer *layer, const guint *readers)
{
  guint before = layer->kind == ACU_LAYER_CROP ? plan->layer_stage[layer->inputs[0]] : G_MAXUINT;

  if (before == G_MAXUINT || !has_one_reader (plan->net, readers, layer->inputs[0]))
    return FALSE;
  return plan->program.stages[before].kind == ACU_STAGE_ADD
         || (plan->program.stages[before].kind == ACU_STAGE_BICUBIC && plan->device->group && !layer->left && !layer->top);
}

static void
fuse_cut (AcuPlan *plan, const AcuLayer *layer, const AcuShape *shape, guint index)
{
  guint number = plan->layer_stage[layer->inputs[0]];
  AcuStage *stage = &plan->program.stages[number];
  AcuBuffer *buffer = &plan->program.buffers[number];

  for (guint k = 0; k < stage->n_inputs && stage->kind == ACU_STAGE_ADD; k++)
    {
      stage->from_left[k] += layer->left;
      stage->from_top[k] += layer->top;
    }
  stage->row_operations *= (double) shape->width / buffer->width;
  buffer->width = shape->width;
  buffer->height = shape->height;
  plan->layer_stage[index] = number;
}

/* Whether a convolution makes the map that can add what layer `other` makes to it, but no part of that: only the CPU's can. */
static gboolean
must_be_whole (const AcuPlan *plan, guint map, guint other)
{
  const AcuNet *net = plan->net;

  if (!plan->device->group)
    return FALSE;
  while (acu_layer_is_activation (acu_net_layer (net, map)))
    map = acu_net_layer (net, map)->inputs[0];
  return acu_net_layer (net, map)->kind == ACU_LAYER_CONV2D && other < map;
}

/* Whether every reader of a part of a map is a sum that can read it where it lies, so that it need not be taken out; a convolution may do the sum. */
static gboolean
crop_is_virtual (const AcuPlan *plan, guint crop)
{
  const AcuNet *net = plan->net;

  if (acu_net_layer (net, crop)->kind != ACU_LAYER_CROP || crop == net->layers->len - 1)
    return FALSE;
  for (guint i = crop + 1; i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);

      for (guint k = 0; k < layer->n_inputs; k++)
        if (layer->inputs[k] == crop && (layer->kind != ACU_LAYER_ADD || layer->inputs[1 - k] == crop || must_be_whole (plan, layer->inputs[1 - k], crop)))
          return FALSE;
    }
  return TRUE;
}

/* Whether the layer can be done by the convolution that made its input, which nobody else reads. */
static gboolean
fuses (const AcuPlan *plan, const AcuLayer *layer, const guint *readers)
{
  const AcuStage *before;

  if (layer->kind != ACU_LAYER_SLOPE && layer->kind != ACU_LAYER_SIGMOID && layer->kind != ACU_LAYER_SWISH)
    return FALSE;
  if (!has_one_reader (plan->net, readers, layer->inputs[0]))
    return FALSE;
  before = &plan->program.stages[plan->layer_stage[layer->inputs[0]]];
  if (before->kind == ACU_STAGE_DEPTHWISE)
    return layer->kind == ACU_LAYER_SLOPE && !before->slope;
  return (before->kind == ACU_STAGE_CONV2D || before->kind == ACU_STAGE_DECONV2D)
         && !before->slope && before->activation == ACU_STAGE_LINEAR && !before->residual;
}

/* The stage that makes what a layer makes: of a part of a map that is not taken out, all of it. */
static guint
added_stage (const AcuPlan *plan, guint layer)
{
  guint number = plan->layer_stage[layer];

  return number == G_MAXUINT ? plan->layer_stage[acu_net_layer (plan->net, layer)->inputs[0]] : number;
}

/* Has a convolution add what layer `added` makes, which may be a part of a map. */
static void
set_residual (AcuPlan *plan, AcuStage *stage, guint added)
{
  const AcuLayer *layer = acu_net_layer (plan->net, added);
  gboolean there = plan->layer_stage[added] != G_MAXUINT;

  stage->residual = TRUE;
  stage->inputs[stage->n_inputs++] = added_stage (plan, added);
  stage->from_left[1] = there ? 0 : layer->left;
  stage->from_top[1] = there ? 0 : layer->top;
}

/* Which of an ADD layer's inputs is a convolution that nobody else reads and that can add the other one itself; -1 for none. The
 * other one has to be there before the convolution runs. */
static int
adds_to (const AcuPlan *plan, const AcuLayer *layer, const guint *readers)
{
  if (layer->kind != ACU_LAYER_ADD || layer->inputs[0] == layer->inputs[1])
    return -1;
  for (int k = 0; k < 2; k++)
    {
      guint number = plan->layer_stage[layer->inputs[k]];
      const AcuStage *stage = number == G_MAXUINT ? NULL : &plan->program.stages[number];
      gboolean convolves = stage && (stage->kind == ACU_STAGE_CONV2D || (stage->kind == ACU_STAGE_DECONV2D && !plan->device->group));

      /* A card's adds whole maps only. */
      convolves = convolves && (!plan->device->group || plan->layer_stage[layer->inputs[1 - k]] != G_MAXUINT);
      if (convolves && has_one_reader (plan->net, readers, layer->inputs[k]) && !stage->residual && added_stage (plan, layer->inputs[1 - k]) < number
          && stage->n_inputs < ACU_STAGE_MAX_INPUTS)
        return k;
    }
  return -1;
}

static void
fuse_add (AcuPlan *plan, const AcuLayer *layer, int convolution, guint index)
{
  guint number = plan->layer_stage[layer->inputs[convolution]];
  AcuStage *stage = &plan->program.stages[number];

  set_residual (plan, stage, layer->inputs[1 - convolution]);
  stage->scale[0] = layer->scale[convolution];
  stage->scale[1] = layer->scale[1 - convolution];
  plan->layer_stage[index] = number;
}

/* A layer that does not lead to the result needs no stage: the last stage has to be the one that makes it. */
static void
drop_unread (const AcuNet *net, guint *readers, guint8 *swallowed)
{
  for (guint i = net->layers->len - 1; i-- > 1;)
    if (readers[i] == 0)
      {
        const AcuLayer *layer = acu_net_layer (net, i);

        swallowed[i] = TRUE;
        for (guint k = 0; k < inputs_read (layer); k++)
          readers[layer->inputs[k]]--;
      }
}

/* Marks the layers that nobody reads, and those that others swallow. */
static guint8 *
find_swallowed (const AcuPlan *plan, guint *readers)
{
  const AcuNet *net = plan->net;
  guint8 *swallowed = readers ? g_try_new0 (guint8, net->layers->len) : NULL;
  AcuGate gate;
  AcuRepeat repeat;
  AcuEnlargement enlargement;

  if (swallowed)
    drop_unread (net, readers, swallowed);
  for (guint i = 0; swallowed && i < net->layers->len; i++)
    {
      /* What nobody reads has no readers to count. */
      if (swallowed[i])
        continue;
      if (acu_plan_find_repeat (net, readers, i, &repeat))
        swallowed[repeat.nearest] = TRUE;
      if (plan->device->group && acu_plan_find_enlargement (net, readers, i, &enlargement))
        swallowed[enlargement.bicubic] = swallowed[enlargement.shuffle] = TRUE;
      if (acu_plan_find_gate (net, readers, i, &gate))
        for (guint k = 0; k < G_N_ELEMENTS (gate.swallowed); k++)
          swallowed[gate.swallowed[k]] = TRUE;
    }
  return swallowed;
}

static void
fuse_gate (AcuPlan *plan, const AcuGate *gate, guint index)
{
  guint number = plan->layer_stage[gate->convolution];
  AcuStage *stage = &plan->program.stages[number];

  stage->gated = TRUE;
  set_residual (plan, stage, gate->other);
  for (int k = 0; k < 2; k++)
    {
      stage->scale[k] = gate->scale[k];
      stage->gate[k] = gate->gate[k];
    }
  plan->layer_stage[index] = number;
}

static void
fuse_repeat (AcuPlan *plan, const AcuRepeat *repeat, guint index)
{
  guint number = plan->layer_stage[repeat->shuffle];
  AcuStage *stage = &plan->program.stages[number];

  stage->residual = TRUE;
  stage->inputs[stage->n_inputs++] = plan->layer_stage[repeat->source];
  plan->layer_stage[index] = number;
}

static void add_stage (AcuPlan *plan, const AcuLayer *layer, const AcuShape *shapes, guint index);

static void
fuse_enlargement (AcuPlan *plan, const AcuEnlargement *enlargement, const AcuShape *shapes, guint index)
{
  const AcuLayer *shuffle = acu_net_layer (plan->net, enlargement->shuffle);
  AcuStage *stage = &plan->program.stages[plan->program.n_stages];

  add_stage (plan, acu_net_layer (plan->net, enlargement->bicubic), shapes, index);
  stage->residual = TRUE;
  stage->factor = shuffle->factor;
  stage->inputs[stage->n_inputs++] = plan->layer_stage[shuffle->inputs[0]];
}

static AcuStageActivation
activation_of (const AcuLayer *layer)
{
  return layer->kind == ACU_LAYER_SIGMOID ? ACU_STAGE_SIGMOID
         : layer->kind == ACU_LAYER_SWISH ? ACU_STAGE_SWISH : ACU_STAGE_LINEAR;
}

/* Input `k` of a stage; of a part of a map, the map and where the part begins; of one made larger, the map. */
static void
set_input (AcuPlan *plan, AcuStage *stage, const AcuLayer *layer, guint k)
{
  const AcuLayer *in = acu_net_layer (plan->net, layer->inputs[k]);
  gboolean there = plan->layer_stage[layer->inputs[k]] != G_MAXUINT;

  stage->inputs[k] = plan->layer_stage[there ? layer->inputs[k] : in->inputs[0]];
  if (there)
    return;
  if (layer->kind == ACU_LAYER_ADD)
    {
      stage->from_left[k] = in->left;
      stage->from_top[k] = in->top;
      return;
    }
  if (in->kind == ACU_LAYER_NEAREST)
    stage->repeats = in->factor;
}

static void
add_stage (AcuPlan *plan, const AcuLayer *layer, const AcuShape *shapes, guint index)
{
  AcuProgram *program = &plan->program;
  guint number = program->n_stages++;
  AcuStage *stage = &program->stages[number];
  AcuBuffer *buffer = &program->buffers[number];
  const AcuLayer *only = layer->n_inputs ? acu_net_layer (plan->net, layer->inputs[0]) : NULL;

  stage->kind = stage_kind (layer, shapes);
  stage->name = layer->name;
  stage->output = number;
  stage->granularity = 1;
  stage->kernel_width = layer->kernel_width;
  stage->kernel_height = layer->kernel_height;
  stage->stride = layer->stride;
  stage->left = layer->left;
  stage->top = layer->top;
  stage->factor = layer->factor;
  stage->cubic = layer->cubic;
  stage->reflect = layer->border == ACU_BORDER_REFLECT;
  stage->scale[0] = layer->scale[0];
  stage->scale[1] = layer->scale[1];
  stage->weights = layer->weights;
  stage->weights_element = layer->half ? ACU_MAP_F16 : ACU_MAP_F32;
  stage->bias = layer->bias;
  stage->coarse = layer->coarse == ACU_COARSE;
  stage->blocks = layer->coarse >= ACU_BLOCKS;
  stage->cells = layer->cells;
  stage->seed = layer->seed;
  stage->step = layer->step;
  if (only)
    {
      stage->in_width = shapes[layer->inputs[0]].width;
      stage->in_height = shapes[layer->inputs[0]].height;
    }
  stage->repeats = 1;
  stage->whole_width = shapes[index].width;
  stage->whole_height = shapes[index].height;
  stage->activation = activation_of (layer);
  if (stage->kind == ACU_STAGE_SLOPE)
    stage->slope = layer->weights;
  stage->row_operations = acu_layer_row_operations (layer, layer->n_inputs ? &shapes[layer->inputs[0]] : NULL,
                                                    &shapes[index]);
  if (stage->kind == ACU_STAGE_GLOBAL_POOL)
    stage->row_operations /= shapes[layer->inputs[0]].height;
  if (only && only->kind == ACU_LAYER_CONCAT && stage->kind == ACU_STAGE_CONV2D
      && plan->layer_stage[layer->inputs[0]] == G_MAXUINT)
    {
      stage->n_inputs = only->n_inputs;
      for (guint k = 0; k < only->n_inputs; k++)
        stage->inputs[k] = plan->layer_stage[only->inputs[k]];
    }
  else
    {
      stage->n_inputs = inputs_read (layer);
      for (guint k = 0; k < stage->n_inputs; k++)
        set_input (plan, stage, layer, k);
    }
  buffer->channels = shapes[index].channels;
  buffer->height = shapes[index].height;
  buffer->width = shapes[index].width;
  plan->layers[number] = layer;
  plan->layer_stage[index] = number;
}

/* Zero pixels that the windows of a convolution reach beyond the ends of its input's rows. */
static void
widen_margins (AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];

  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    {
      AcuBuffer *in = &program->buffers[stage->inputs[k]];
      int before, after;

      if (acu_algorithm_is_winograd (stage->algorithm))
        {
          /* Whole tiles are read at the right end, too. */
          before = stage->left;
          after = (out->width + ACU_WINOGRAD_ROWS - 1) / ACU_WINOGRAD_ROWS * ACU_WINOGRAD_ROWS + stage->kernel_width - 1
                  - stage->left - in->width;
        }
      else if (stage->kind != ACU_STAGE_DECONV2D)
        {
          before = stage->left;
          after = (out->width - 1) * stage->stride - stage->left + stage->kernel_width - in->width;
          /* What its last products read beyond a window, times 0. */
          if (stage->algorithm == ACU_ALGORITHM_CONV2D_BF16)
            after += ACU_STAGE_BF16_BEYOND;
        }
      else
        before = after = (stage->kernel_width + stage->stride - 1) / stage->stride;
      in->margin_left = MAX (in->margin_left, before);
      in->margin_right = MAX (in->margin_right, after);
    }
}

gboolean
acu_plan_list_consumers (AcuPlan *plan)
{
  AcuProgram *program = &plan->program;
  guint total = 0;

  g_free (plan->consumers_start);
  g_free (plan->consumers);
  plan->consumers_start = g_try_new0 (guint, program->n_stages + 1);
  plan->consumers = g_try_new0 (guint, (gsize) program->n_stages * ACU_STAGE_MAX_INPUTS + 1);
  if (!plan->consumers_start || !plan->consumers)
    return FALSE;
  for (guint i = 0; i < program->n_stages; i++)
    for (guint k = 0; k < program->stages[i].n_inputs; k++)
      plan->consumers_start[program->stages[i].inputs[k] + 1]++;
  for (guint i = 0; i < program->n_stages; i++)
    plan->consumers_start[i + 1] += plan->consumers_start[i];
  total = plan->consumers_start[program->n_stages];
  for (guint i = program->n_stages; i-- > 0;)
    for (guint k = 0; k < program->stages[i].n_inputs; k++)
      plan->consumers[--plan->consumers_start[program->stages[i].inputs[k] + 1]] = i;
  /* Filling moved each start down to where its list begins, one place too far along. */
  for (guint i = 0; i < program->n_stages; i++)
    plan->consumers_start[i] = plan->consumers_start[i + 1];
  plan->consumers_start[program->n_stages] = total;
  return TRUE;
}

gboolean
acu_plan_make_stages (AcuPlan *plan, int width, int height, GError **error)
{
  const AcuNet *net = plan->net;
  guint n = net->layers->len;
  g_autofree AcuShape *shapes = g_try_new0 (AcuShape, n);
  g_autofree guint *readers = count_readers (net);
  g_autofree guint8 *swallowed = find_swallowed (plan, readers);
  AcuGate gate;
  AcuRepeat repeat;
  AcuEnlargement enlargement;

  plan->program.stages = g_try_new0 (AcuStage, n + ACU_PLAN_SPARE_STAGES);
  plan->program.buffers = g_try_new0 (AcuBuffer, n + ACU_PLAN_SPARE_STAGES);
  plan->layers = g_try_new0 (const AcuLayer *, n + ACU_PLAN_SPARE_STAGES);
  plan->layer_stage = g_try_new0 (guint, n);
  if (!shapes || !readers || !swallowed || !plan->program.stages || !plan->program.buffers || !plan->layers || !plan->layer_stage)
    goto no_memory;
  if (!acu_net_infer (net, width, height, shapes, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);
      int convolution;

      if (swallowed[i] || (layer->kind == ACU_LAYER_CONCAT && concat_is_virtual (net, i)))
        plan->layer_stage[i] = G_MAXUINT;
      else if (is_nothing (plan, shapes, i))
        plan->layer_stage[i] = plan->layer_stage[layer->inputs[0]];
      else if (crop_is_virtual (plan, i) || larger_is_virtual (plan, i))
        plan->layer_stage[i] = G_MAXUINT;
      else if (cuts (plan, layer, readers))
        fuse_cut (plan, layer, &shapes[i], i);
      else if (plan->device->group && acu_plan_find_enlargement (net, readers, i, &enlargement))
        fuse_enlargement (plan, &enlargement, shapes, i);
      else if (acu_plan_find_gate (net, readers, i, &gate))
        fuse_gate (plan, &gate, i);
      else if (acu_plan_find_repeat (net, readers, i, &repeat))
        fuse_repeat (plan, &repeat, i);
      else if (fuses (plan, layer, readers))
        {
          guint number = plan->layer_stage[layer->inputs[0]];
          AcuStage *stage = &plan->program.stages[number];

          if (layer->kind == ACU_LAYER_SLOPE)
            stage->slope = layer->weights;
          stage->activation = activation_of (layer);
          plan->layer_stage[i] = number;
        }
      else if ((convolution = adds_to (plan, layer, readers)) >= 0)
        fuse_add (plan, layer, convolution, i);
      else
        add_stage (plan, layer, shapes, i);
    }
  if (!acu_plan_list_consumers (plan))
    goto no_memory;
  acu_plan_choose (plan);
  if (!acu_plan_recompute (plan) || !acu_plan_set_phases (plan))
    goto no_memory;
  acu_plan_find_tail (plan);
  for (guint i = 0; i < plan->program.n_stages; i++)
    if (!plan->device->group && (plan->program.stages[i].kind == ACU_STAGE_CONV2D || plan->program.stages[i].kind == ACU_STAGE_DECONV2D
                                 || plan->program.stages[i].kind == ACU_STAGE_DEPTHWISE))
      widen_margins (&plan->program, &plan->program.stages[i]);
  for (guint i = 0; i < plan->program.n_stages; i++)
    {
      const AcuStage *stage = &plan->program.stages[i];
      int rows = stage->kind == ACU_STAGE_GLOBAL_POOL ? plan->program.buffers[stage->inputs[0]].height
                                                       : plan->program.buffers[i].height;

      plan->operations += stage->row_operations * rows;
    }
  return TRUE;

no_memory:
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to plan “%s”."), net->name);
  return FALSE;
}
