#!/usr/bin/env python3
"""A real FIX 4.4 acceptor for the tests: the QuickFIX engine, driven by lines of JSON. It answers a NewOrderSingle with an
ExecutionReport New, an OrderCancelRequest with one Canceled; everything else is up to the test.

In:  command-line arguments (who, which dictionary) and the commands of fix_client.py.
Out: its events. "ready" says on which "port" it listens; QuickFIX knows no other than all addresses of the machine, and without
--ca it takes whoever has the right CompIDs: it is for the time of a test.
"""

import argparse
import itertools
import os
import socket
import sys

import quickfix as fix

from fix_client import BEGIN_STRING, TAG_MSG_TYPE, Client, Console, EventLogFactory, Events, field_of, message_of, shown

# Another program may take a free port before the acceptor does.
PORT_ATTEMPTS = 5


class Acceptor(Client):
    """What QuickFIX calls. Orders are answered at once."""

    def __init__(self, events):
        super().__init__(events, None, None)
        self.executions = itertools.count(1)

    def fromApp(self, message, session):
        super().fromApp(message, session)
        report = self.report(message.toString())
        if report is not None:
            fix.Session.sendToTarget(report, session)

    def report(self, order):
        """The ExecutionReport: an order is new, a cancel is done; nothing for other messages."""
        kind = field_of(order, TAG_MSG_TYPE)
        if kind not in ("D", "F"):
            return None
        field = lambda tag: field_of(order, tag)
        cancelled = kind == "F"
        state = "4" if cancelled else "0"
        fields = [
            (37, "O" + (field(41) if cancelled else field(11))),
            (17, "E%d" % next(self.executions)),
            (11, field(11)),
            (150, state),
            (39, state),
            (55, field(55)),
            (54, field(54)),
            (38, field(38)),
            (151, "0" if cancelled else field(38)),
            (14, "0"),
            (6, "0"),
        ]
        if cancelled:
            fields.append((41, field(41)))
        return message_of({"type": "8", "fields": fields})


def settings_of(args, port):
    """QuickFIX's settings for one session that is always open."""
    strings = {
        "ConnectionType": "acceptor",
        "SocketAcceptPort": str(port),
        "SocketReuseAddress": "N",
        "NonStopSession": "Y",
        "LogonTimeout": "10",
        "LogoutTimeout": "3",
        "SocketNodelay": "Y",
        "FileStorePath": args.store,
        "TimestampPrecision": "3",
        "PreserveMessageFieldsOrder": "Y",
        "ValidateLengthAndChecksum": "Y",
        "UseDataDictionary": "Y",
        "DataDictionary": args.dictionary,
        "ValidateFieldsOutOfOrder": "Y",
        "ValidateFieldsHaveValues": "Y",
        "ValidateUserDefinedFields": "Y",
        "AllowUnknownMsgFields": "N",
    }
    if args.cert:
        strings["ServerCertificateFile"] = args.cert
        strings["ServerCertificateKeyFile"] = args.key
        strings["SSLProtocol"] = "all -SSLv2 -SSLv3 -TLSv1 -TLSv1_1"
        # Level 2: the peer must show a certificate that leads to --ca.
        strings["CertificateVerifyLevel"] = "2" if args.ca else "0"
        if args.ca:
            strings["CertificationAuthoritiesFile"] = args.ca
    default = fix.Dictionary()
    for key, value in strings.items():
        default.setString(key, value)
    settings = fix.SessionSettings()
    settings.set(default)
    session = fix.SessionID(BEGIN_STRING, args.sender, args.target)
    settings.set(session, fix.Dictionary())
    return settings, session


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening(args, application, events):
    """An acceptor that listens, and its session and port. It lives as long as its settings, stores and logs."""
    for attempt in range(1, PORT_ATTEMPTS + 1):
        port = free_port()
        settings, session = settings_of(args, port)
        parts = (application, fix.FileStoreFactory(settings), settings, EventLogFactory(events, args.raw))
        transport = fix.ThreadedSSLSocketAcceptor if args.cert else fix.ThreadedSocketAcceptor
        acceptor = transport(*parts)
        try:
            acceptor.start()
            return acceptor, session, port, parts
        except Exception:
            if attempt == PORT_ATTEMPTS:
                raise


def arguments():
    parser = argparse.ArgumentParser(description="A QuickFIX acceptor driven by JSON lines.")
    parser.add_argument("--sender", required=True, help="our CompID")
    parser.add_argument("--target", required=True, help="the initiator's CompID")
    parser.add_argument("--dictionary", required=True, help="FIX44.xml")
    parser.add_argument("--store", required=True, help="folder of the message store")
    parser.add_argument("--raw", action="store_true", help="tell incoming bytes before any check")
    parser.add_argument("--tls", action="store_true", help="TLS; needs --cert and --key")
    parser.add_argument("--ca", help="PEM of the CA that signed the peer's certificate, which it must show then")
    parser.add_argument("--cert", help="PEM of our own certificate")
    parser.add_argument("--key", help="PEM of our own key")
    args = parser.parse_args()
    if not (bool(args.cert) == bool(args.key) == args.tls):
        parser.error("--tls, --cert and --key belong together")
    return args


def main():
    args = arguments()
    events = Events()
    try:
        os.makedirs(args.store, exist_ok=True)
        acceptor, session, port, parts = listening(args, Acceptor(events), events)
        console = Console(events, acceptor, session, started=True)
    except Exception as error:
        events.tell("fatal", text="%s: %s" % (type(error).__name__, shown(str(error))))
        os._exit(2)
    events.tell("ready", port=port)
    console.run(sys.stdin)
    acceptor.stop()
    # QuickFIX's own threads may still be ending; nothing is left to say.
    os._exit(0)


if __name__ == "__main__":
    main()
