#!/usr/bin/env python3
"""A real FIX 4.4 client for the tests: the QuickFIX engine, driven by lines of JSON.

In:  command-line arguments (who, where, which dictionary) and one JSON object a line on standard input (see `COMMANDS`).
Out: one JSON object a line on standard output, always with "event"; FIX messages are text with `|` for SOH.
It knows nothing of the venue: every message it takes or sends is QuickFIX's own, checked against the given dictionary.

Events
  ready                        sessions are set up; with --hold it waits for {"op":"start"} before it connects
  logon                        both sides are logged on
  logout   text                the session ended (text: 58 of the peer's Logout, or of its Reject of our Logon)
  app      msg                 an application message that QuickFIX accepted
  admin    msg                 a session message that QuickFIX accepted
  session_reject  msg          a Reject(3) from the peer (told as "admin" too)
  sent     msg                 the exact bytes that went to the peer, resends included
  received msg                 the exact bytes that came, before any check (only with --raw)
  client_reject   msg          QuickFIX refused a message of the peer: our Reject(3) or BusinessMessageReject(j)
  done     op, …               the answer to a command that has one; `send` says whether the message went out at once
  log      text                what QuickFIX logs
  error    op, text            a command that could not be done; the client goes on
  fatal    text                it cannot start; exit code 2
Passwords (554, 925) are printed as ***. The message store on disk holds them: give it a folder that the test deletes.
"""

import argparse
import datetime
import json
import os
import re
import sys
import threading

import quickfix as fix

BEGIN_STRING = "FIX.4.4"
SOH = "\x01"
TAG_MSG_TYPE = 35
TAG_TEXT = 58
TAG_USERNAME = 553
TAG_PASSWORD = 554
# The fields of the standard header that an application may set (FIX 4.4 vol. 1, Standard Message Header).
HEADER_TAGS = frozenset(
    [34, 35, 43, 49, 50, 52, 56, 57, 90, 91, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145, 212, 213, 347, 369]
)
SECRETS = re.compile("(^|\x01)(554|925)=[^\x01]*")
TLS_VERSIONS = {"1.2": "TLSv1_2", "1.3": "TLSv1_3"}


class Events:
    """The JSON lines. QuickFIX prints to file descriptor 1 while it checks certificates, so the real standard output is
    put aside for us alone and descriptor 1 leads to standard error."""

    def __init__(self):
        self.lock = threading.Lock()
        self.out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
        os.dup2(2, 1)

    def tell(self, event, **more):
        line = json.dumps({"event": event, **more})
        with self.lock:
            try:
                self.out.write(line + "\n")
                self.out.flush()
            except BrokenPipeError:
                os._exit(3)

    def message(self, event, raw):
        self.tell(event, msg=shown(raw))


def shown(raw):
    """A message or log line without secrets, `|` for SOH."""
    return SECRETS.sub(r"\1\2=***", raw).replace(SOH, "|")


def field_of(raw, tag):
    """The first value of `tag` in a raw message, or None."""
    found = re.search("(?:^|\x01)%d=([^\x01]*)" % tag, raw)
    return found.group(1) if found else None


class EventLog(fix.Log):
    """Hands QuickFIX's log to the events."""

    def __init__(self, events, raw):
        super().__init__()
        self.events = events
        self.raw = raw

    def clear(self):
        pass

    def backup(self):
        pass

    def onIncoming(self, text):
        if self.raw:
            self.events.message("received", text)

    def onOutgoing(self, text):
        self.events.message("sent", text)
        if field_of(text, TAG_MSG_TYPE) in ("3", "j"):
            self.events.message("client_reject", text)

    def onEvent(self, text):
        self.events.tell("log", text=shown(text))


class EventLogFactory(fix.LogFactory):
    """One log for everything; kept alive here because QuickFIX only borrows it."""

    def __init__(self, events, raw):
        super().__init__()
        self.log = EventLog(events, raw)

    def create(self, *_session):
        return self.log

    def destroy(self, _log):
        pass


class Client(fix.Application):
    """What QuickFIX calls. It answers nothing by itself: the test decides."""

    def __init__(self, events, username, password):
        super().__init__()
        self.events = events
        self.username = username
        self.password = password
        # Why the peer ended the session: known just before onLogout.
        self.last_text = None
        self.logged_on = False

    def onCreate(self, _session):
        pass

    def onLogon(self, _session):
        self.last_text = None
        self.logged_on = True
        self.events.tell("logon")

    def onLogout(self, _session):
        self.events.tell("logout", text=self.last_text)
        self.last_text = None
        self.logged_on = False

    def toAdmin(self, message, _session):
        kind = message.getHeader().getField(TAG_MSG_TYPE)
        if kind == "A":
            if self.username is not None:
                message.setField(fix.StringField(TAG_USERNAME, self.username))
            if self.password is not None:
                message.setField(fix.StringField(TAG_PASSWORD, self.password))

    def fromAdmin(self, message, _session):
        raw = message.toString()
        kind = field_of(raw, TAG_MSG_TYPE)
        if kind == "5" or (kind == "3" and not self.logged_on):
            self.last_text = field_of(raw, TAG_TEXT)
        self.events.message("admin", raw)
        if kind == "3":
            self.events.message("session_reject", raw)

    def toApp(self, _message, _session):
        pass

    def fromApp(self, message, _session):
        self.events.message("app", message.toString())


def settings_of(args):
    """QuickFIX's settings for one session that is always open."""
    default = fix.Dictionary()
    strings = {
        "ConnectionType": "initiator",
        "SocketConnectHost": args.host,
        "SocketConnectPort": str(args.port),
        "HeartBtInt": str(args.heartbeat),
        "ReconnectInterval": "1",
        "NonStopSession": "Y",
        "LogonTimeout": "10",
        "LogoutTimeout": "3",
        "SocketNodelay": "Y",
        "FileStorePath": args.store,
        "ResetOnLogon": "Y" if args.reset else "N",
        "TimestampPrecision": "3",
        "PreserveMessageFieldsOrder": "Y",
        "ValidateLengthAndChecksum": "Y",
        "UseDataDictionary": "Y" if args.dictionary else "N",
    }
    if args.dictionary:
        strings.update(
            DataDictionary=args.dictionary,
            ValidateFieldsOutOfOrder="Y",
            ValidateFieldsHaveValues="Y",
            ValidateUserDefinedFields="Y",
            AllowUnknownMsgFields="N",
        )
    if args.tls:
        # Level 1: the peer's certificate must lead to --ca. Without a CA nothing is checked.
        strings["CertificateVerifyLevel"] = "1" if args.ca else "0"
        strings["SSLProtocol"] = TLS_VERSIONS[args.tls_version] if args.tls_version else "all -SSLv2 -SSLv3 -TLSv1 -TLSv1_1"
        if args.ca:
            strings["CertificationAuthoritiesFile"] = args.ca
        if args.cert:
            strings["ClientCertificateFile"] = args.cert
            strings["ClientCertificateKeyFile"] = args.key
    for key, value in strings.items():
        default.setString(key, value)
    settings = fix.SessionSettings()
    settings.set(default)
    session = fix.SessionID(BEGIN_STRING, args.sender, args.target)
    settings.set(session, fix.Dictionary())
    return settings, session


def value_of(value):
    """A field's text; "$now" is the current UTC time as FIX writes it (for TransactTime and the like)."""
    if value == "$now":
        now = datetime.datetime.now(datetime.timezone.utc)
        return now.strftime("%Y%m%d-%H:%M:%S.") + "%03d" % (now.microsecond // 1000)
    if isinstance(value, bool):
        return "Y" if value else "N"
    return str(value)


def fill(target, fields):
    for tag, value in fields:
        target.setField(fix.StringField(int(tag), value_of(value)))


def add_groups(target, groups):
    """Repeating groups: {"count":146,"delim":55,"order":[55,48],"entries":[[[55,"ACME"]], …]}. An entry with groups of its
    own is an object {"fields":[…],"groups":[…]}."""
    for group in groups:
        order = [int(tag) for tag in group["order"]]
        native = fix.IntArray(len(order) + 1)
        for index, tag in enumerate(order + [0]):
            native[index] = tag
        for entry in group["entries"]:
            whole = entry if isinstance(entry, dict) else {"fields": entry}
            item = fix.Group(int(group["count"]), int(group["delim"]), native)
            fill(item, whole["fields"])
            add_groups(item, whole.get("groups", []))
            target.addGroup(item)


def message_of(command):
    """{"op":"send","type":"D","fields":[[11,"x"],…],"groups":[…]}; 35 may stand among the fields instead of "type"."""
    message = fix.Message()
    header = message.getHeader()
    header.setField(fix.BeginString(BEGIN_STRING))
    fields = [(int(tag), value) for tag, value in command.get("fields", [])]
    if "type" in command:
        fields.insert(0, (TAG_MSG_TYPE, command["type"]))
    if all(tag != TAG_MSG_TYPE for tag, _ in fields):
        raise ValueError("no message type: give \"type\" or tag 35")
    fill(header, [pair for pair in fields if pair[0] in HEADER_TAGS])
    fill(message, [pair for pair in fields if pair[0] not in HEADER_TAGS])
    add_groups(message, command.get("groups", []))
    return message


class Console:
    """Carries out the commands of standard input, one after the other."""

    def __init__(self, events, initiator, session_id, started):
        self.events = events
        self.initiator = initiator
        self.session_id = session_id
        self.session = fix.Session.lookupSession(session_id)
        self.started = started

    def run(self, lines):
        for line in lines:
            if not line.strip():
                continue
            operation = None
            try:
                command = json.loads(line)
                operation = command["op"]
                if operation == "quit":
                    return
                if operation not in COMMANDS:
                    raise ValueError("unknown op; known: %s, quit" % ", ".join(sorted(COMMANDS)))
                COMMANDS[operation](self, command)
            except Exception as error:  # a command must never end the client: the test reads what was wrong with it
                self.events.tell("error", op=operation, text="%s: %s" % (type(error).__name__, shown(str(error))))

    def start(self, _command):
        """{"op":"start"}: connect (with --hold)."""
        if not self.started:
            self.started = True
            self.initiator.start()
        self.events.tell("done", op="start")

    def send(self, command):
        """{"op":"send",…}: see `message_of`. "now" is false when the session is down: the message has its number and its
        place in the store, and the peer gets it when it asks for the gap after the next logon."""
        message = message_of(command)
        logged_on = self.session.isLoggedOn()
        went = fix.Session.sendToTarget(message, self.session_id)
        self.events.tell("done", op="send", now=logged_on and bool(went), next_sender=self.session.getExpectedSenderNum())

    def logout(self, command):
        """{"op":"logout","text":"…"}: log out and stay away until {"op":"login"}."""
        self.session.logout(command.get("text", ""))
        self.events.tell("done", op="logout")

    def login(self, _command):
        """{"op":"login"}: connect again after a logout."""
        self.session.logon()
        self.events.tell("done", op="login")

    def disconnect(self, _command):
        """{"op":"disconnect"}: cut the connection without a Logout; QuickFIX connects again after about a second."""
        self.session.disconnect()
        self.events.tell("done", op="disconnect")

    def next_sender(self, command):
        """{"op":"next_sender","n":N}: the next message that we send has number N."""
        self.session.setNextSenderMsgSeqNum(int(command["n"]))
        self.numbers({"op": "next_sender"})

    def next_target(self, command):
        """{"op":"next_target","n":N}: the next message that we expect has number N."""
        self.session.setNextTargetMsgSeqNum(int(command["n"]))
        self.numbers({"op": "next_target"})

    def numbers(self, command):
        """{"op":"numbers"}: tell both next sequence numbers."""
        self.events.tell(
            "done",
            op=command["op"],
            next_sender=self.session.getExpectedSenderNum(),
            next_target=self.session.getExpectedTargetNum(),
        )


COMMANDS = {
    "start": Console.start,
    "send": Console.send,
    "logout": Console.logout,
    "login": Console.login,
    "disconnect": Console.disconnect,
    "next_sender": Console.next_sender,
    "next_target": Console.next_target,
    "numbers": Console.numbers,
}


def arguments():
    parser = argparse.ArgumentParser(description="A QuickFIX client driven by JSON lines.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sender", required=True, help="SenderCompID (49)")
    parser.add_argument("--target", required=True, help="TargetCompID (56)")
    parser.add_argument("--username", help="553 on Logon")
    parser.add_argument("--password", help="554 on Logon")
    parser.add_argument("--dictionary", help="FIX44.xml; without it nothing is checked against a dictionary")
    parser.add_argument("--store", required=True, help="folder of the message store")
    parser.add_argument("--heartbeat", type=int, default=30, help="seconds")
    parser.add_argument("--reset", action="store_true", help="numbers start at 1 on every logon (141=Y)")
    parser.add_argument("--hold", action="store_true", help='connect only after {"op":"start"}')
    parser.add_argument("--raw", action="store_true", help="tell incoming bytes before any check")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--tls-version", choices=sorted(TLS_VERSIONS), help="only this version")
    parser.add_argument("--ca", help="PEM of the CA that signed the peer's certificate")
    parser.add_argument("--cert", help="PEM of our own certificate")
    parser.add_argument("--key", help="PEM of our own key")
    args = parser.parse_args()
    if bool(args.cert) != bool(args.key):
        parser.error("--cert and --key belong together")
    if (args.ca or args.cert or args.tls_version) and not args.tls:
        parser.error("--ca, --cert, --key and --tls-version need --tls")
    return args


def main():
    args = arguments()
    events = Events()
    try:
        os.makedirs(args.store, exist_ok=True)
        settings, session_id = settings_of(args)
        application = Client(events, args.username, args.password)
        stores = fix.FileStoreFactory(settings)
        logs = EventLogFactory(events, args.raw)
        transport = fix.ThreadedSSLSocketInitiator if args.tls else fix.ThreadedSocketInitiator
        initiator = transport(application, stores, settings, logs)
        console = Console(events, initiator, session_id, started=not args.hold)
        if console.started:
            initiator.start()
    except Exception as error:
        events.tell("fatal", text="%s: %s" % (type(error).__name__, shown(str(error))))
        sys.stdout.flush()
        os._exit(2)
    events.tell("ready")
    console.run(sys.stdin)
    if console.started:
        initiator.stop()
    # QuickFIX's own threads may still be ending; nothing is left to say.
    os._exit(0)


if __name__ == "__main__":
    main()
