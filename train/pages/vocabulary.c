/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vocabulary.h"

const char acu_vocabulary_letters[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  "ÄÖÜäöüßÀÂÇÈÉÊËÎÏÔÙÛàâçèéêëîïôùûœ"
  ".,:;!?'\"()[]{}<>/\\|&%$#@*+-=_~^ –…€£«»„“”’•°×";

const AcuVocabulary acu_vocabularies[ACU_VOCABULARIES] = {
  { .words = "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were "
             "her all she there would their we him been has when who will more no if out so said what up its about into than them can only "
             "other new some could time these two may then do first any my now such like our over man me even most made after also did many "
             "before must through back years where much your way well down should because each just those people how too little state good "
             "very make world still own see men work long get here between both life being under never day same another know while last might "
             "us great old year off come since against go came right used take three water house light paper street window garden morning "
             "evening number letter picture small large river bread table market open close price total street station ticket school music "
             "colour winter summer north south quality fresh special service order account search delivery",
    .beginnings = "st tr br ch th sh w m b c d f g h l n p r s t v gr pl cr fl wh qu sp sc k j bl cl dr fr gl pr sl sn sw tw",
    .middles = "a e i o u ea ee oo ai ou ar er or an en in on ab il al im ig ast ell ind ort ough eight y",
    .endings = "s t d n r ll ck ng st nd th ght ment tion ing ed er ly ness ful ble sh ss le ry ty rk p m ve ce",
    .titles = "Open|Save|Save as…|Cancel|Settings|Search|File|Edit|View|Help|Total|Subtotal|Amount|Date|Name|Address|Order|Delivery|Exit|Entrance|"
              "Push|Pull|No parking|Sale|New|Fresh|Organic|Caution|Danger|Wet floor|Welcome|Closed|Information|Platform|Ticket|Invoice|Thank you|"
              "Profile|Download|Upload|Sign in|Sign out|Next|Back|Home|Notes|Summary|Page|Price|Quantity|Tax|Change|Cash|Card|Row|Seat|Gate",
    .price = { "$", ".", "" } },
  { .words = "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei "
             "einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei Prozent "
             "hatte kann gegen vom können schon wenn habe seine Mark ihre dann unter wir soll ich eines Jahr zwei Jahren diese dieser wieder "
             "keine Uhr seiner worden will zwischen immer Millionen was sagte Straße Brücke Wasser Schlüssel Zeitung Fenster größer schön "
             "heute morgen Garten Küche Bäckerei Öffnung Zug Gleis Preis Summe Bestellung Rechnung Größe Menge Stück grün weiß natürlich "
             "gemütlich Gruß Übung Ärztin Mädchen fünf zwölf früh spät",
    .beginnings = "sch st str sp b d f g h k l m n p r s t v w z kl kn kr pf pfl br dr fr gl gr tr schl schw zw qu",
    .middles = "a e i o u ä ö ü au ei eu ie er en an ach icht ung isch el auf ent ober und ahr ieb",
    .endings = "en er e t st ung heit keit lich isch ig chen ein el nd rt ng ß ch tz ck bar los",
    .titles = "Öffnen|Speichern|Abbrechen|Einstellungen|Suche|Datei|Bearbeiten|Ansicht|Hilfe|Summe|Zwischensumme|Betrag|Datum|Name|Anschrift|"
              "Ausgang|Eingang|Drücken|Ziehen|Parken verboten|Angebot|Neu|Frisch|Vorsicht|Gefahr|Willkommen|Geschlossen|Auskunft|Gleis|Fahrkarte|"
              "Rechnung|Vielen Dank|Weiter|Zurück|Größe|Menge|Steuer|Rückgeld|Bar|Karte|Reihe|Platz|Übersicht|Öffnungszeiten|Schließen|Straße",
    .price = { "", ",", " €" } },
  { .words = "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son aux cette ou ses mais comme on "
             "tout nous sa fait été aussi leur bien peut ces deux sans même après encore toujours où être très autre avant contre entre faire "
             "jour temps vie monde année ville maison rue porte fenêtre école élève forêt hôtel gâteau garçon leçon français été hiver "
             "première dernière déjà près voilà naïf prix total eau pain fromage marché gare quai billet lumière santé qualité cœur sœur",
    .beginnings = "b c d f g l m n p r s t v ch qu pr tr gr br cr pl fl bl gl j h",
    .middles = "a e i o u é è ou eu oi ai an en on in ar er ir al el ill ê â ô",
    .endings = "e s t r re te ment tion eur euse ée és er ez ais ien ienne que le che ge x",
    .titles = "Ouvrir|Enregistrer|Annuler|Réglages|Recherche|Fichier|Édition|Affichage|Aide|Total|Sous-total|Montant|Date|Nom|Adresse|Sortie|Entrée|"
              "Poussez|Tirez|Défense de stationner|Soldes|Nouveau|Frais|Attention|Danger|Bienvenue|Fermé|Renseignements|Quai|Billet|Facture|Merci|"
              "Suivant|Retour|Prix|Quantité|Taxe|Monnaie|Espèces|Carte|Rang|Place|À propos|Horaires|Ouvert|Télécharger|Français|Menu du jour",
    .price = { "", ",", " €" } },
};
