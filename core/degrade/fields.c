/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/degrade.h>

#include <acuity/error.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define AT(member) offsetof (AcuDegradation, member)
#define CHANCE(key, member, label) { key, label, FALSE, 0, 1, 0, AT (member) }
#define WEIGHT(key, member, label) { key, label, FALSE, 0, 1000, NAN, AT (member) }
#define RANGE(key, member, low, high, neutral, label) { key, label, TRUE, low, high, neutral, AT (member) }

#define PASS(prefix, member)                                                                                          \
  CHANCE (prefix "-blur", member.blur, N_("Chance of blur, 0 to 1")),                                                 \
  RANGE (prefix "-kernel-size", member.kernel_size, 3, 21, NAN, N_("Side of blur kernels in pixels, odd")),           \
  CHANCE (prefix "-sinc", member.sinc, N_("Chance that blur rings, 0 to 1")),                                         \
  WEIGHT (prefix "-isotropic", member.isotropic, N_("Weight of round Gaussian kernels")),                             \
  WEIGHT (prefix "-anisotropic", member.anisotropic, N_("Weight of elliptic Gaussian kernels")),                      \
  WEIGHT (prefix "-general-isotropic", member.general_isotropic, N_("Weight of round generalised Gaussians")),        \
  WEIGHT (prefix "-general-anisotropic", member.general_anisotropic, N_("Weight of elliptic generalised Gaussians")), \
  WEIGHT (prefix "-plateau-isotropic", member.plateau_isotropic, N_("Weight of round plateau kernels")),              \
  WEIGHT (prefix "-plateau-anisotropic", member.plateau_anisotropic, N_("Weight of elliptic plateau kernels")),       \
  RANGE (prefix "-sigma", member.sigma, 0, 10, 0, N_("Width of blur in pixels")),                                     \
  RANGE (prefix "-general-beta", member.general_beta, 0.1, 10, NAN, N_("Exponent of generalised Gaussians")),         \
  RANGE (prefix "-plateau-beta", member.plateau_beta, 0.1, 10, NAN, N_("Exponent of plateau kernels")),               \
  RANGE (prefix "-cutoff", member.cutoff, 0.1, G_PI, G_PI,                                                            \
         N_("Limit frequency of ringing in radians a pixel, kernels of 13 pixels and more")),                         \
  RANGE (prefix "-cutoff-small", member.cutoff_small, 0.1, G_PI, G_PI,                                                \
         N_("Limit frequency of ringing in radians a pixel, smaller kernels")),                                       \
  WEIGHT (prefix "-enlarge", member.enlarge, N_("Weight of enlarging on the way")),                                   \
  WEIGHT (prefix "-shrink", member.shrink, N_("Weight of shrinking on the way")),                                     \
  WEIGHT (prefix "-keep", member.keep, N_("Weight of keeping the size on the way")),                                  \
  RANGE (prefix "-resize", member.resize, 0.05, 4, 1, N_("Factor of the resize on the way")),                         \
  CHANCE (prefix "-noise", member.noise, N_("Chance of noise, 0 to 1")),                                              \
  { prefix "-gaussian", N_("Chance that noise is Gaussian rather than Poisson, 0 to 1"), FALSE, 0, 1, NAN, AT (member.gaussian) }, \
  { prefix "-gray", N_("Chance that noise is gray, 0 to 1"), FALSE, 0, 1, NAN, AT (member.gray) },                    \
  RANGE (prefix "-gaussian-sigma", member.gaussian_sigma, 0, 100, 0, N_("Gaussian noise in levels of 255")),          \
  RANGE (prefix "-poisson-scale", member.poisson_scale, 0, 10, 0, N_("Poisson noise; 1 is that of 256 photons")),     \
  CHANCE (prefix "-jpeg", member.jpeg, N_("Chance of JPEG, 0 to 1")),                                                 \
  RANGE (prefix "-quality", member.quality, 1, 100, 100, N_("JPEG quality, 1 to 100")),                               \
  { prefix "-full-chroma", N_("Chance that JPEG keeps the full resolution of colour, 0 to 1"), FALSE, 0, 1, NAN, AT (member.full_chroma) }

static const AcuDegradationField fields[] = {
  WEIGHT ("area", area, N_("Weight of the area filter")),
  WEIGHT ("linear", linear, N_("Weight of the linear filter")),
  WEIGHT ("cubic", cubic, N_("Weight of the cubic filter")),
  { "linear-light", N_("Chance that sizes change in linear light, 0 to 1"), FALSE, 0, 1, NAN, AT (linear_light) },
  RANGE ("aberration", aberration, 0, 10, 0, N_("Red and blue in the corners are off by so many pixels of the result")),
  RANGE ("vignetting", vignetting, 0, 1, 0, N_("Part of the brightness missing in the corners")),
  PASS ("first", first),
  PASS ("second", second),
  CHANCE ("mosaic", mosaic, N_("Chance of a sensor's mosaic, 0 to 1")),
  RANGE ("hot-pixels", hot_pixels, 0, 1000000, 0, N_("Hot pixels of a million")),
  RANGE ("chroma-blur", chroma_blur, 0, 6, 0, N_("Blur of colour in pixels")),
  CHANCE ("sharpen", sharpen, N_("Chance of sharpening, 0 to 1")),
  RANGE ("sharpen-amount", sharpen_amount, 0, 10, 0, N_("Amount of sharpening; 1 doubles details")),
  RANGE ("sharpen-sigma", sharpen_sigma, 0.1, 6, NAN, N_("Width of sharpening halos in pixels")),
  CHANCE ("final-sinc", final_sinc, N_("Chance of ringing at the end, 0 to 1")),
  { "jpeg-last", N_("Chance that JPEG comes after the last resize, 0 to 1"), FALSE, 0, 1, NAN, AT (jpeg_last) },
  CHANCE ("round", round, N_("Chance that the result is rounded to 8 bits, 0 to 1")),
  { NULL }
};

const AcuDegradationField *
acu_degradation_fields (void)
{
  return fields;
}

static gboolean
read_number (const char **text, double *number)
{
  char *end;

  *number = g_ascii_strtod (*text, &end);
  if (end == *text)
    return FALSE;
  /* "1..3" is 1 and then "..3", not "1." */
  if (end[0] == '.' && end[-1] == '.')
    end--;
  *text = end;
  return TRUE;
}

static gboolean
read_range (const AcuDegradationField *field, const char *text, AcuRange *range)
{
  if (!read_number (&text, &range->low))
    return FALSE;
  range->high = range->low;
  if (field->range && g_str_has_prefix (text, ".."))
    {
      text += 2;
      if (!read_number (&text, &range->high))
        return FALSE;
    }
  return !*text && range->low >= field->minimum && range->high <= field->maximum && range->low <= range->high;
}

gboolean
acu_degradation_set (AcuDegradation *recipe, const char *key, const char *value, GError **error)
{
  for (const AcuDegradationField *field = fields; field->key; field++)
    {
      AcuRange range;

      if (!g_str_equal (field->key, key))
        continue;
      if (read_range (field, value, &range))
        {
          memcpy ((char *) recipe + field->offset, &range, field->range ? sizeof range : sizeof range.low);
          return TRUE;
        }
      if (field->range)
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                     _("%s must be a number from %g to %g, or two such as %g..%g with the smaller one first, not “%s”."), key, field->minimum,
                     field->maximum, field->minimum, field->maximum, value);
      else
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s must be a number from %g to %g, not “%s”."), key, field->minimum,
                     field->maximum, value);
      return FALSE;
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A degradation has nothing that is called “%s”."), key);
  return FALSE;
}

/* The shortest text that reads back as the same number. */
static char *
print_number (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 6; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, number);
      if (g_ascii_strtod (text, NULL) == number)
        break;
    }
  return g_strdup (text);
}

char *
acu_degradation_print (const AcuDegradation *recipe, const AcuDegradationField *field)
{
  AcuRange range;
  g_autofree char *low = NULL, *high = NULL;

  memcpy (&range, (const char *) recipe + field->offset, field->range ? sizeof range : sizeof range.low);
  low = print_number (range.low);
  if (!field->range || range.low == range.high)
    return g_steal_pointer (&low);
  high = print_number (range.high);
  return g_strconcat (low, "..", high, NULL);
}

void
acu_degradation_weaken (AcuDegradation *recipe, double strength)
{
  strength = strength > 0 ? MIN (strength, 1) : 0;
  for (const AcuDegradationField *field = fields; field->key; field++)
    if (!isnan (field->neutral) && strength < 1)
      {
        double *number = (double *) (void *) ((char *) recipe + field->offset);

        for (int i = 0; i <= field->range; i++)
          number[i] = field->neutral + strength * (number[i] - field->neutral);
      }
}
