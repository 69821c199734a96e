"""What Twilio is to say and do in a call, as the document it asks for."""

from twilio.twiml.voice_response import Gather, VoiceResponse

MEDIA_TYPE = "application/xml"
EMPTY = str(VoiceResponse())
# How long a key is waited for after the words.
KEY_S = 8


def ask_for_key(words: str, language: str, *, action: str, again: str) -> str:
    """Say the words and wait for one key, which goes to `action`; without one, go on at `again`."""
    answer = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=KEY_S, action=action, method="POST")
    gather.say(words, language=language)
    answer.append(gather)
    answer.redirect(again, method="POST")
    return str(answer)


def say_goodbye(words: str, language: str) -> str:
    """Say the words and hang up."""
    answer = VoiceResponse()
    answer.say(words, language=language)
    answer.hangup()
    return str(answer)
