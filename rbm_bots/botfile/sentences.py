"""What every bot can say without a line of its own, in French and English.

A bot's ``i18n/*.yaml`` may replace each one.

Some sentences take values: ``{{ label }}`` and ``{{ value }}`` in ``rbm.edit_value``, and so on, as their places fill
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rbm_bots.botfile.text import Text, parse_template

__all__ = ["SENTENCES", "built_in_sentences"]

SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "rbm.unknown.1": {
        "fr": "Je n'ai pas compris. Pouvez-vous le dire autrement ?",
        "en": "I did not understand. Could you say it another way?",
    },
    "rbm.unknown.2": {
        "fr": "Désolé, je ne comprends toujours pas.",
        "en": "Sorry, I still do not understand.",
    },
    "rbm.expired": {"fr": "Ce choix a expiré.", "en": "That choice has expired."},
    "rbm.apology": {
        "fr": "Désolé, quelque chose n'a pas marché de notre côté.",
        "en": "Sorry, something went wrong on our side.",
    },
    "rbm.not_here": {"fr": "Ce n'est pas encore possible ici.", "en": "This is not possible here yet."},
    "rbm.stop": {
        "fr": "C'est noté, vous ne recevrez plus nos messages. START pour les recevoir à nouveau.",
        "en": "Done: you will get no more messages from us. START to get them again.",
    },
    "rbm.start": {
        "fr": "C'est noté, vous recevrez à nouveau nos messages.",
        "en": "Done: you will get our messages again.",
    },
    "rbm.stop_chip": {"fr": "Ne plus recevoir", "en": "No more messages"},
    "rbm.stop_sms": {"fr": "Répondez STOP", "en": "Reply STOP"},
    "rbm.slot_taken": {
        "fr": "Ce créneau vient de partir. En voici d'autres.",
        "en": "That time has just been taken. Here are others.",
    },
    "rbm.confirm_refused": {"fr": "D'accord, je ne change rien.", "en": "All right, nothing is changed."},
    "rbm.edit_what": {"fr": "Que voulez-vous changer ?", "en": "What would you like to change?"},
    "rbm.edit_value": {"fr": "{{ label }} : {{ value }}", "en": "{{ label }}: {{ value }}"},
    "rbm.yes": {"fr": "Oui", "en": "Yes"},
    "rbm.no": {"fr": "Non", "en": "No"},
    "rbm.share_location": {"fr": "Partager ma position", "en": "Share my location"},
    "rbm.skip": {"fr": "Passer", "en": "Skip"},
    "rbm.what_time": {"fr": "À quelle heure ?", "en": "At what time?"},
    "rbm.more_dates": {"fr": "D'autres dates", "en": "Other dates"},
    "rbm.data": {
        "fr": "Voici ce que nous gardons de vous :",
        "en": "This is what we keep about you:",
    },
    "rbm.data_nothing": {"fr": "Nous ne gardons rien de vous.", "en": "We keep nothing about you."},
    "rbm.data_export": {"fr": "Recevoir mes données", "en": "Get my data"},
    "rbm.data_erase": {"fr": "Effacer mes données", "en": "Erase my data"},
    "rbm.data_erased": {"fr": "Vos données sont effacées.", "en": "Your data are erased."},
    "rbm.handover": {"fr": "Je vous passe quelqu'un.", "en": "I am passing you to someone."},
    "rbm.handover_closed": {
        "fr": "Personne n'est disponible pour le moment. Nous vous répondrons dès que possible.",
        "en": "Nobody is available right now. We will answer as soon as we can.",
    },
    "rbm.handover_busy": {
        "fr": "Tout le monde est occupé pour le moment.",
        "en": "Everybody is busy right now.",
    },
    "rbm.handover_back": {"fr": "Je reprends la conversation.", "en": "I am back with you."},
    "rbm.rating_quality": {
        "fr": "Quelle note donnez-vous à la qualité de cette aide, de 1 à 5 ?",
        "en": "How do you rate the quality of this help, from 1 to 5?",
    },
    "rbm.rating_relevance": {
        "fr": "Et à sa pertinence, de 1 à 5 ?",
        "en": "And its relevance, from 1 to 5?",
    },
    "rbm.rating_thanks": {"fr": "Merci pour votre avis.", "en": "Thank you for your opinion."},
    "rbm.paid_locked": {
        "fr": "L'aide payante est bloquée. Pour la permettre à nouveau : «débloquer aide payante».",
        "en": "Paid help is blocked. To allow it again: «unblock paid help».",
    },
    "rbm.paid_unlocked": {"fr": "L'aide payante est à nouveau possible.", "en": "Paid help is possible again."},
    "rbm.reprompt.text": {
        "fr": "Je n'ai pas compris. Répondez avec quelques mots.",
        "en": "I did not understand. Please answer in a few words.",
    },
    "rbm.reprompt.number": {
        "fr": "Je n'ai pas compris. Répondez avec un nombre, en chiffres.",
        "en": "I did not understand. Please answer with a number, in digits.",
    },
    "rbm.reprompt.choice": {
        "fr": "Je n'ai pas compris. Touchez une proposition, ou répondez par son numéro.",
        "en": "I did not understand. Tap one of the options, or answer with its number.",
    },
    "rbm.reprompt.boolean": {
        "fr": "Je n'ai pas compris. Répondez oui ou non.",
        "en": "I did not understand. Please answer yes or no.",
    },
    "rbm.reprompt.date": {
        "fr": "Je n'ai pas compris la date. Par exemple : 24 novembre.",
        "en": "I did not understand the date. For example: 24 November.",
    },
    "rbm.reprompt.datetime": {
        "fr": "Je n'ai pas compris. Donnez le jour et l'heure, par exemple : mardi à 8h30.",
        "en": "I did not understand. Give the day and the time, for example: Tuesday at 8:30.",
    },
    "rbm.reprompt.phone": {
        "fr": "Ce numéro ne semble pas valable. Donnez-le avec tous ses chiffres.",
        "en": "This number does not look right. Please give all its digits.",
    },
    "rbm.reprompt.email": {
        "fr": "Cette adresse ne semble pas valable. Par exemple : nom@exemple.fr.",
        "en": "This address does not look right. For example: name@example.com.",
    },
    "rbm.reprompt.file": {
        "fr": "Je n'ai pas reçu de fichier que je peux lire. Envoyez-le ici.",
        "en": "I did not get a file that I can read. Please send it here.",
    },
    "rbm.reprompt.location": {
        "fr": "Je n'ai pas trouvé ce lieu. Partagez votre position.",
        "en": "I did not find this place. Please share your location.",
    },
    "rbm.reprompt.list": {
        "fr": "Je n'ai pas compris. Séparez vos réponses par des virgules.",
        "en": "I did not understand. Please separate your answers with commas.",
    },
    "rbm.reprompt.confirm": {
        "fr": "Je n'ai pas compris. Répondez oui ou non.",
        "en": "I did not understand. Please answer yes or no.",
    },
}


@lru_cache(maxsize=8)
def built_in_sentences(first: str = "fr") -> Mapping[str, Text]:
    """Every sentence as a text; the language ``first`` (or its base) stands in for one that has no sentence."""
    base = first.partition("-")[0]
    found = {}
    for key, languages in SENTENCES.items():
        order = sorted(languages, key=lambda language: language != base)
        templates = {language: parse_template(languages[language]) for language in order}
        found[key] = Text(templates=templates, key=key)
    return found
