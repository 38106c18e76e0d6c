"""`/link` and `/unlink`: a person says that accounts on two platforms are theirs, and takes it back."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import structlog

from bot.commands.call import Call, Reply
from bot.commands.spec import Kind, Parameter, Spec, Words
from bot.stores.links import Linked, Linking, Links, shown
from moderation.errors import ChatError
from moderation.i18n import spoken
from moderation.model import MemberRef

NAMES: Final = {"discord": "Discord", "slack": "Slack", "telegram": "Telegram", "matrix": "Matrix"}
CODE: Final[Words] = {
    "en": (
        "Your code is {code}. Use it within ten minutes with this same command from your account on the other platform. "
        "Give it to nobody: whoever uses it says that they are you."
    ),
    "es": (
        "Tu código es {code}. Úsalo antes de diez minutos con esta misma orden desde tu cuenta en la otra plataforma. "
        "No se lo des a nadie: quien lo use dirá que eres tú."
    ),
}
SAID: Final[dict[Linking, Words]] = {
    Linking.DONE: {
        "en": "Done: both accounts are yours now. Only moderators can see it. /unlink takes it back.",
        "es": "Hecho: las dos cuentas constan como tuyas. Solo lo ve la moderación. Con /unlink lo deshaces.",
    },
    Linking.WRONG: {
        "en": "That code is not valid here: it may be mistyped, used, or older than ten minutes. /link gives a new one.",
        "es": "Ese código no vale aquí: puede estar mal escrito, usado o tener más de diez minutos. Pide otro con /link.",
    },
    Linking.ENOUGH: {
        "en": "Too many wrong codes. Try again in an hour.",
        "es": "Demasiados códigos equivocados. Vuelve a intentarlo dentro de una hora.",
    },
    Linking.SELF: {
        "en": "That code is this account's own. Use it from your account on the other platform.",
        "es": "Ese código es de esta misma cuenta. Úsalo desde tu cuenta en la otra plataforma.",
    },
    Linking.TWICE: {
        "en": "You already have an account of that platform linked. /unlink it there first.",
        "es": "Ya tienes enlazada una cuenta de esa plataforma. Desenlázala allí primero con /unlink.",
    },
}
TOLD: Final[Words] = {
    "en": "Your account was linked to one on {platform} with your code. If that was not you, take it back with /unlink.",
    "es": "Tu cuenta se ha enlazado con una de {platform} usando tu código. Si no has sido tú, deshazlo con /unlink.",
}
UNLINKED: Final[Words] = {
    "en": "Done: this account is linked to no other any more.",
    "es": "Hecho: esta cuenta ya no está enlazada con ninguna otra.",
}
NOTHING: Final[Words] = {
    "en": "This account was not linked to any other.",
    "es": "Esta cuenta no estaba enlazada con ninguna otra.",
}


class Link:
    """Without a code it gives one; with the code of another account it links the two."""

    spec: ClassVar = Spec(
        "link",
        {
            "en": "Say that an account elsewhere is yours, too",
            "es": "Decir que una cuenta en otro sitio también es tuya",
        },
        (
            Parameter(
                "code",
                Kind.TEXT,
                {"en": "The code from your other account", "es": "El código de tu otra cuenta"},
                required=False,
            ),
        ),
    )

    async def run(self, call: Call) -> Reply:
        """A code given twice for the same call is two codes, either of which is good; using one twice is using it
        once."""
        links, me, typed = call.services.get(Links), call.caller.ref, call.arguments.text("code")
        if not typed:
            return Reply(call.in_words(CODE).format(code=shown(await links.code(me))))
        linked = await links.redeem(me, typed)
        await _tell(call, linked)
        return Reply(call.in_words(SAID[linked.came]))


class Unlink:
    """Takes an account out of its link; the others stay linked to each other."""

    spec: ClassVar = Spec(
        "unlink", {"en": "Take a link of this account back", "es": "Deshacer el enlace de esta cuenta con otras"}
    )

    async def run(self, call: Call) -> Reply:
        """Nobody but the person hears of it."""
        was = await call.services.get(Links).unlink(call.caller.ref)
        return Reply(call.in_words(UNLINKED if was else NOTHING))


async def _tell(call: Call, linked: Linked) -> None:
    """Tell the account whose code it was, in case somebody else used it. It may not be reached, which changes nothing."""
    if linked.other is None:
        return
    chat = call.services.chats.get(linked.other.platform)
    if chat is None:
        return
    words = TOLD.get(_language(call, linked.other), TOLD["en"])
    platform = NAMES.get(call.caller.ref.platform, call.caller.ref.platform)
    try:
        await chat.notify(linked.other, words.format(platform=platform), key=f"linked:{call.event.key}")
    except ChatError as error:
        log: Any = structlog.get_logger(__name__)
        log.warning("a person could not be told of a link", platform=linked.other.platform, why=type(error).__name__)


def _language(call: Call, member: MemberRef) -> str:
    return spoken(call.services.language(member.community, member))
