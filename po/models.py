# SPDX-License-Identifier: LGPL-3.0-or-later
"""Writes the texts of the model catalogue where xgettext finds them: models.py CATALOGUE.json > models.h"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as source:
    models = json.load(source)["models"]
texts = dict.fromkeys(text for model in models for text in (model["label"], model["description"]))
print("/* SPDX-License-Identifier: LGPL-3.0-or-later */")
print("/* The texts of models/catalogue.json, for translators: written by po/models.py, compiled by nothing. */")
for text in texts:
    print("N_(%s)" % json.dumps(text, ensure_ascii=False))
