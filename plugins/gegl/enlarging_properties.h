/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The properties of operations that enlarge their input. Read by GEGL's own header more than once, so there is no guard. */
property_string (model, _("Model"), "auto")
  description (_("What enlarges the picture: the name of a model, or \"auto\" for the built-in one."))

property_double (scale, _("Factor"), 2.0)
  description (_("How many times larger the picture becomes; fractions such as 1.5 are fine."))
  value_range (1.0, 16.0)
  ui_range (1.0, 8.0)

property_boolean (linear_light, _("Resample in linear light"), TRUE)
  description (_("Mixes colours the way light does when the result is brought to its exact size."))

property_string (device, _("Device"), "auto")
  description (_("What does the computing."))

property_string (precision, _("Precision"), "fast")
  description (_("Fast calculates networks with 16 bits where no eye can see the difference; exact takes about twice as long."))

property_double (clean, _("Clean up"), 0.0)
  description (_("How much noise, blur and JPEG blocks are cleaned away, from 0 (the picture is good: keep everything) to 1. For models that have weights for it, such as the built-in ones for photographs."))
  value_range (0.0, 1.0)

property_double (strength, _("Strength"), 1.0)
  description (_("How much of the network's result there is, from 0 to 1; the rest is plain bicubic enlargement. Filters ignore it."))
  value_range (0.0, 1.0)

property_string (text, _("Text"), "off")
  description (_("Whether a network for text and logos takes part: where some is found, nowhere, or everywhere. For models that enlarge 2 or 4 times."))

property_double (text_strength, _("Text strength"), 1.0)
  description (_("How much of the network for text is blended in, from 0 to 1."))
  value_range (0.0, 1.0)

property_string (faces, _("Faces"), "off")
  description (_("Whether a network for faces makes the faces that are found, from 10 to 160 pixels wide. Needs the network “faces”, which “acuity models install faces” fetches."))

property_double (face_strength, _("Face strength"), 1.0)
  description (_("How much of the network for faces is blended in, from 0 to 1."))
  value_range (0.0, 1.0)

property_int (seed, _("Seed"), 0)
  description (_("Which of many plausible pictures is made: the same number makes the same one, another number another. For diffusion models; others ignore it."))
  value_range (0, G_MAXINT32)

property_int (steps, _("Steps of diffusion"), 0)
  description (_("In how many steps a diffusion model makes the picture out of noise, from 4 to 15; 0 for the model's own number. Time grows with it."))
  value_range (0, 15)

property_double (consistency, _("Consistency"), 1.0)
  description (_("How far what a diffusion model makes up is held to the original, from 0 to 1: at 1 the result, made small again, is the original."))
  value_range (0.0, 1.0)
