"""What a token for Telegram is good for: who the bot is, which groups it has seen, which rights it lacks there.

Telegram tells no bot which groups it is in. Those that show are the ones somebody gave (`groups`), and those that
appear in updates nobody has confirmed yet: add the bot to a group, and the group appears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from telegram import Bot, ChatMember, ChatMemberAdministrator, User
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.adapters.setup import Found, FoundPlace, Missing, Named, Weight
from bot.adapters.telegram_errors import chat_error
from bot.adapters.telegram_events import KINDS
from bot.adapters.telegram_heard import groups_in
from bot.adapters.telegram_polling import refused
from bot.adapters.telegram_wire import PACES, Wire, make_bot
from bot.adapters.turns import Turns
from bot.commands.spec import Words
from bot.configuration.environment import Environment
from moderation.errors import OutcomeUnknown, Refused, Unavailable

NEEDED: Final[Mapping[str, tuple[Words, Words]]] = {
    "can_delete_messages": (
        {"en": "Delete messages", "es": "Eliminar mensajes"},
        {"en": "remove or hold messages", "es": "eliminar o retener mensajes"},
    ),
    "can_restrict_members": (
        {"en": "Ban users", "es": "Suspender usuarios"},
        {
            "en": "time out, remove and ban people, and to lock the group",
            "es": "silenciar, expulsar y vetar a personas y para cerrar el grupo",
        },
    ),
    "can_invite_users": (
        {"en": "Invite users via link", "es": "Invitar usuarios con un enlace"},
        {"en": "see requests to join", "es": "ver las solicitudes de ingreso"},
    ),
}
"""Right → what Telegram's apps call it, and what it is for."""
SUMMARY: Final[Words] = {
    "en": "Open the link, choose your group and confirm the administrator rights; then write something in the group and "
    "look again: the group appears here. Do the same with the moderators' group.",
    "es": "Abre el enlace, elige tu grupo y confirma los permisos de administrador; después escribe algo en el grupo y "
    "vuelve a mirar: el grupo aparecerá aquí. Haz lo mismo con el grupo de moderación.",
}


async def look(environment: Environment, groups: Iterable[str] = (), *, polls: bool = True) -> Found:
    """Ask Telegram; nothing is changed, no update is confirmed. `groups` are ids of groups to look at besides.

    Telegram gives updates to one poller at a time: without `polls` a bot that runs with this token is left in peace.
    """
    if environment.telegram_token is None:
        raise Refused("there is no token for Telegram", "set SERENO_TELEGRAM_TOKEN to what @BotFather gave you")
    bot = make_bot(environment)
    try:
        await bot.initialize()
        return await _found(bot, Wire(bot, Turns(PACES)), groups, polls=polls)
    except InvalidToken:
        raise refused() from None
    except TelegramError as error:
        raise Unavailable(str(chat_error(error, "get_me"))) from None
    finally:
        await bot.shutdown()


async def _found(bot: Bot, wire: Wire, groups: Iterable[str], *, polls: bool) -> Found:
    lacks: list[Missing] = []
    hook = await bot.get_webhook_info()
    seen: dict[str, str] = {group: "" for group in groups if group.removeprefix("-").isdecimal()}
    if hook.url:
        lacks.append(_webhook())
    elif polls:
        try:
            seen |= dict(groups_in(await wire.updates(None, 0, KINDS)))
        except Conflict:
            lacks.append(_polled())
    places = [place for id_ in seen if (place := await _place(bot, id_)) is not None]
    named = tuple(Named(place.id, place.name) for place in places)
    places = [FoundPlace(place.id, place.name, named, (), place.missing) for place in places]
    lacks += _switches(bot.bot, places)
    return Found(str(bot.id), bot.username, tuple(places), tuple(lacks), invite(bot.username), SUMMARY)


def invite(username: str) -> str:
    """The link that adds the bot to a group as an administrator with the least rights."""
    rights = "+".join(right.removeprefix("can_") for right in NEEDED)
    return f"https://t.me/{username}?startgroup=sereno&admin={rights}"


async def _place(bot: Bot, id_: str) -> FoundPlace | None:
    """A group as it is now; None for one the bot is not in any more."""
    try:
        chat = await bot.get_chat(int(id_))
        me = await bot.get_chat_member(int(id_), bot.id)
    except TelegramError as error:
        trouble = chat_error(error, "get_chat")
        if isinstance(trouble, Unavailable | OutcomeUnknown):
            raise
        return None
    if me.status in (ChatMember.LEFT, ChatMember.BANNED):
        return None
    lacks = list(_rights(me))
    if chat.type == chat.GROUP:
        lacks.append(_basic())
    return FoundPlace(id_, chat.title or id_, missing=tuple(lacks))


def _rights(me: ChatMember) -> Iterator[Missing]:
    if not isinstance(me, ChatMemberAdministrator):
        yield Missing(
            Weight.STOPS,
            {
                "en": "The bot is no administrator here: it is not told who joins, and can do nothing.",
                "es": "El bot no es administrador aquí: no se entera de quién entra y no puede hacer nada.",
            },
            {
                "en": "In the group: Edit → Administrators → Add administrator → the bot.",
                "es": "En el grupo: Editar → Administradores → Añadir administrador → el bot.",
            },
        )
        return
    for right, (name, purpose) in NEEDED.items():
        if not getattr(me, right):
            yield Missing(
                Weight.LACKS,
                {
                    "en": f"The right “{name['en']}” is missing: it is needed to {purpose['en']}.",
                    "es": f"Falta el permiso «{name['es']}»: hace falta para {purpose['es']}.",
                },
                {
                    "en": f"In the group: Edit → Administrators → the bot → switch on “{name['en']}”.",
                    "es": f"En el grupo: Editar → Administradores → el bot → activa «{name['es']}».",
                },
            )


def _switches(me: User, places: Sequence[FoundPlace]) -> Iterator[Missing]:
    """BotFather's settings. Administrators read everything whatever privacy mode says; others only commands."""
    if not me.can_join_groups:
        yield Missing(
            Weight.STOPS,
            {"en": "The bot may not be added to groups.", "es": "El bot no se puede añadir a grupos."},
            {
                "en": "Write to @BotFather: /setjoingroups, choose the bot, Enable.",
                "es": "Escribe a @BotFather: /setjoingroups, elige el bot, Enable.",
            },
        )
    if not me.can_read_all_group_messages:
        administers = bool(places) and not any(each.weight is Weight.STOPS for p in places for each in p.missing)
        yield Missing(
            Weight.NOTE if administers else Weight.LACKS,
            {
                "en": "Privacy mode is on: in groups where the bot is no administrator it reads commands only.",
                "es": "El modo de privacidad está activado: donde no es administrador, el bot solo lee comandos.",
            },
            {
                "en": "Write to @BotFather: /setprivacy, choose the bot, Disable; then remove the bot from the group and "
                "add it again. Or make the bot an administrator.",
                "es": "Escribe a @BotFather: /setprivacy, elige el bot, Disable; después quita el bot del grupo y vuelve a "
                "añadirlo. O hazlo administrador.",
            },
        )


def _basic() -> Missing:
    return Missing(
        Weight.LACKS,
        {
            "en": "This is a basic group: Telegram can silence nobody in it, and lets bans end nowhere.",
            "es": "Es un grupo básico: Telegram no permite silenciar a nadie en él ni poner fin a un veto.",
        },
        {
            "en": "In the group: Edit → Chat history for new members → Visible. Telegram then makes it a supergroup.",
            "es": "En el grupo: Editar → Historial para nuevos miembros → Visible. Telegram lo convierte en supergrupo.",
        },
    )


def _webhook() -> Missing:
    return Missing(
        Weight.NOTE,
        {
            "en": "A webhook is set, so the groups cannot be listed now.",
            "es": "Hay un webhook configurado, así que ahora no se pueden listar los grupos.",
        },
        {
            "en": "Sereno removes it when it starts. If another program uses this bot, give it a bot of its own.",
            "es": "Sereno lo quita al arrancar. Si otro programa usa este bot, dale un bot propio.",
        },
    )


def _polled() -> Missing:
    return Missing(
        Weight.NOTE,
        {
            "en": "Another program (perhaps Sereno itself) reads this bot's messages, so new groups do not show.",
            "es": "Otro programa (quizá el propio Sereno) lee los mensajes de este bot, así que no se ven grupos nuevos.",
        },
        {
            "en": "Stop it and look again, if a group is missing from the list.",
            "es": "Deténlo y vuelve a mirar, si falta algún grupo en la lista.",
        },
    )
