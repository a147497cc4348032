import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.json.JSONObject;
import quickfix.Application;
import quickfix.Connector;
import quickfix.DefaultMessageFactory;
import quickfix.ExecutorFactory;
import quickfix.FieldNotFound;
import quickfix.FileStoreFactory;
import quickfix.Log;
import quickfix.LogFactory;
import quickfix.Message;
import quickfix.Session;
import quickfix.SessionID;
import quickfix.SessionSettings;
import quickfix.ThreadedSocketAcceptor;
import quickfix.ThreadedSocketInitiator;

/**
 * A FIX 4.4 peer for the tests: the QuickFIX/J engine, driven by lines of JSON. A client with the arguments, commands and events
 * of ../fix_client.py; with `--accept` an acceptor as ../fix_acceptor.py.
 *
 * <p>In: command-line arguments and one JSON object a line on standard input. Out: one JSON object a line on standard output. It
 * knows nothing of the venue: every message it takes or sends is QuickFIX/J's own, checked against the given dictionary.
 */
public final class FixPeer implements Application {
    private static final int TAG_TEXT = 58;
    private static final int TAG_USERNAME = 553;
    private static final int TAG_PASSWORD = 554;
    private static final int EXIT_FATAL = 2;
    /** Another program may take a free port before the acceptor does. */
    private static final int PORT_ATTEMPTS = 5;

    private final Events events;
    private final Arguments arguments;
    private final AtomicInteger executions = new AtomicInteger();
    /** Why the peer ended the session: known just before onLogout. */
    private volatile String lastText;

    private volatile boolean isLoggedOn;

    private FixPeer(Events events, Arguments arguments) {
        this.events = events;
        this.arguments = arguments;
    }

    public static void main(String[] words) {
        Events events = new Events();
        try {
            Arguments arguments = new Arguments(words);
            Files.createDirectories(Path.of(arguments.get("--store")));
            new FixPeer(events, arguments).run();
        } catch (Exception error) {
            events.tell("fatal", new JSONObject().put("text", Commands.shown(String.valueOf(error))));
            Runtime.getRuntime().halt(EXIT_FATAL);
        }
        // QuickFIX/J's own threads may still be ending; nothing is left to say.
        Runtime.getRuntime().halt(0);
    }

    private void run() throws Exception {
        boolean isHeld = arguments.has("--hold");
        JSONObject ready = new JSONObject();
        Connector connector = arguments.isAcceptor() ? listening(ready) : connector(0);
        if (!isHeld && !arguments.isAcceptor()) {
            connector.start();
        }
        events.tell("ready", ready);
        Console console = new Console(connector, !isHeld);
        console.run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        if (console.isStarted) {
            connector.stop();
        }
    }

    private Connector listening(JSONObject ready) throws Exception {
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            Connector connector = connector(port);
            try {
                connector.start();
                ready.put("port", port);
                return connector;
            } catch (Exception taken) {
                if (attempt == PORT_ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Connector connector(int port) throws Exception {
        SessionSettings settings = arguments.settings(port);
        FileStoreFactory stores = new FileStoreFactory(settings);
        EventLog log = new EventLog();
        LogFactory logs = session -> log;
        DefaultMessageFactory messages = new DefaultMessageFactory();
        if (!arguments.isAcceptor()) {
            return new ThreadedSocketInitiator(this, stores, settings, logs, messages);
        }
        ThreadedSocketAcceptor acceptor = new ThreadedSocketAcceptor(this, stores, settings, logs, messages);
        acceptor.setExecutorFactory(new Threads());
        return acceptor;
    }

    // --- what QuickFIX/J calls: a client answers nothing by itself, an acceptor answers orders ------------------------------

    @Override
    public void onCreate(SessionID session) {}

    @Override
    public void onLogon(SessionID session) {
        lastText = null;
        isLoggedOn = true;
        events.tell("logon", new JSONObject());
    }

    @Override
    public void onLogout(SessionID session) {
        events.tell("logout", new JSONObject().put("text", lastText == null ? JSONObject.NULL : lastText));
        lastText = null;
        isLoggedOn = false;
    }

    @Override
    public void toAdmin(Message message, SessionID session) {
        if ("A".equals(type(message))) {
            if (arguments.has("--username")) {
                message.setString(TAG_USERNAME, arguments.get("--username"));
            }
            if (arguments.has("--password")) {
                message.setString(TAG_PASSWORD, arguments.get("--password"));
            }
        }
    }

    @Override
    public void fromAdmin(Message message, SessionID session) throws FieldNotFound {
        String type = type(message);
        if (("5".equals(type) || ("3".equals(type) && !isLoggedOn)) && message.isSetField(TAG_TEXT)) {
            lastText = message.getString(TAG_TEXT);
        }
        events.message("admin", message.toRawString());
        if ("3".equals(type)) {
            events.message("session_reject", message.toRawString());
        }
    }

    @Override
    public void toApp(Message message, SessionID session) {}

    @Override
    public void fromApp(Message message, SessionID session) throws FieldNotFound {
        events.message("app", message.toRawString());
        if (arguments.isAcceptor()) {
            Message report = report(message);
            if (report != null) {
                Session.lookupSession(session).send(report);
            }
        }
    }

    private static String type(Message message) {
        try {
            return message.getHeader().getString(Commands.TAG_MSG_TYPE);
        } catch (FieldNotFound none) {
            throw new IllegalStateException("QuickFIX/J delivers no message without a type", none);
        }
    }

    /** The ExecutionReport of an acceptor: an order is new, a cancel is done; nothing for other messages. */
    private Message report(Message order) throws FieldNotFound {
        boolean isCancel = "F".equals(type(order));
        if (!isCancel && !"D".equals(type(order))) {
            return null;
        }
        int number = executions.incrementAndGet();
        String state = isCancel ? "4" : "0";
        String qty = order.getString(38);
        Message report = new Message();
        report.getHeader().setString(Commands.TAG_MSG_TYPE, "8");
        report.setString(37, "O" + (isCancel ? order.getString(41) : order.getString(11)));
        report.setString(17, "E" + number);
        report.setString(11, order.getString(11));
        if (isCancel) {
            report.setString(41, order.getString(41));
        }
        report.setString(150, state);
        report.setString(39, state);
        report.setString(55, order.getString(55));
        report.setString(54, order.getString(54));
        report.setString(38, qty);
        report.setString(151, isCancel ? "0" : qty);
        report.setString(14, "0");
        report.setString(6, "0");
        return report;
    }

    /** Carries out the commands of standard input, one after the other. */
    private final class Console {
        private final Connector connector;
        private final SessionID id = arguments.session();
        private boolean isStarted;

        private Console(Connector connector, boolean isStarted) {
            this.connector = connector;
            this.isStarted = isStarted;
        }

        private void run(BufferedReader lines) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String op = null;
                try {
                    JSONObject command = new JSONObject(line);
                    op = command.getString("op");
                    if (op.equals("quit")) {
                        return;
                    }
                    events.tell("done", carryOut(op, command).put("op", op));
                } catch (Exception error) { // a command must never end the peer: the test reads what was wrong with it
                    String text = Commands.shown(String.valueOf(error));
                    events.tell("error", new JSONObject().put("op", op).put("text", text));
                }
            }
        }

        private JSONObject carryOut(String op, JSONObject command) throws Exception {
            // QuickFIX/J makes an initiator's session when it starts it.
            if (op.equals("start")) {
                if (!isStarted) {
                    isStarted = true;
                    connector.start();
                }
                return new JSONObject();
            }
            Session session = Session.lookupSession(id);
            if (session == null) {
                throw new IllegalStateException("there is no session before {\"op\":\"start\"}");
            }
            switch (op) {
                case "send":
                    boolean went = session.send(Commands.message(command));
                    return new JSONObject().put("now", went).put("next_sender", session.getExpectedSenderNum());
                case "logout":
                    session.logout(command.optString("text", ""));
                    return new JSONObject();
                case "login":
                    session.logon();
                    return new JSONObject();
                case "disconnect":
                    session.disconnect("the test wants it", false);
                    return new JSONObject();
                case "next_sender":
                    session.setNextSenderMsgSeqNum(command.getInt("n"));
                    return numbers(session);
                case "next_target":
                    session.setNextTargetMsgSeqNum(command.getInt("n"));
                    return numbers(session);
                case "numbers":
                    return numbers(session);
                default:
                    throw new IllegalArgumentException(
                            "unknown op; known: disconnect, login, logout, next_sender, next_target, numbers, send, start, quit");
            }
        }

        private JSONObject numbers(Session session) {
            return new JSONObject()
                    .put("next_sender", session.getExpectedSenderNum())
                    .put("next_target", session.getExpectedTargetNum());
        }
    }

    /**
     * The threads of an acceptor; tells when one that served a connection has ended. QuickFIX/J queues the end of a connection for its
     * session, whichever connection that has by then: a new one gets it if it comes too early. It is the last that such a thread takes.
     */
    private final class Threads implements ExecutorFactory {
        @Override
        public Executor getLongLivedExecutor() {
            return serving -> new Thread(() -> {
                try {
                    serving.run();
                } finally {
                    events.tell("closed", new JSONObject());
                }
            }).start();
        }

        /** QuickFIX/J's timer works on its own thread. */
        @Override
        public Executor getShortLivedExecutor() {
            return Runnable::run;
        }
    }

    /** The JSON lines. Nothing else may print to standard output. */
    private static final class Events {
        private final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

        private Events() {
            System.setOut(System.err);
        }

        private synchronized void tell(String event, JSONObject more) {
            out.println(more.put("event", event));
            if (out.checkError()) {
                Runtime.getRuntime().halt(3);
            }
        }

        private void message(String event, String raw) {
            tell(event, new JSONObject().put("msg", Commands.shown(raw)));
        }
    }

    /** Hands QuickFIX/J's log to the events. */
    private final class EventLog implements Log {
        @Override
        public void clear() {}

        @Override
        public void onIncoming(String text) {
            if (arguments.has("--raw")) {
                events.message("received", text);
            }
        }

        @Override
        public void onOutgoing(String text) {
            events.message("sent", text);
            if (text.contains("\u000135=3\u0001") || text.contains("\u000135=j\u0001")) {
                events.message("client_reject", text);
            }
        }

        @Override
        public void onEvent(String text) {
            events.tell("log", new JSONObject().put("text", Commands.shown(text)));
        }

        @Override
        public void onErrorEvent(String text) {
            onEvent(text);
        }
    }
}
