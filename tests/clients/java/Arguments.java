import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import quickfix.ConfigError;
import quickfix.SessionID;
import quickfix.SessionSettings;

/** The command line, those of ../fix_client.py, and `--accept`; and QuickFIX/J's settings that follow from it. */
final class Arguments {
    private static final Set<String> FLAGS = Set.of("--reset", "--hold", "--raw", "--tls", "--accept");
    private static final Set<String> VALUES = Set.of(
            "--host", "--port", "--sender", "--target", "--username", "--password", "--dictionary", "--store",
            "--heartbeat", "--tls-version", "--ca", "--cert", "--key");

    private final Map<String, String> given = new HashMap<>();

    Arguments(String[] words) {
        for (int at = 0; at < words.length; at++) {
            String word = words[at];
            if (FLAGS.contains(word)) {
                given.put(word, "Y");
            } else if (VALUES.contains(word) && at + 1 < words.length) {
                given.put(word, words[++at]);
            } else {
                throw new IllegalArgumentException("unknown or incomplete argument " + word);
            }
        }
        for (String word : new String[] {"--sender", "--target", "--store"}) {
            if (!has(word)) {
                throw new IllegalArgumentException(word + " is missing");
            }
        }
        if (!isAcceptor() && !has("--port")) {
            throw new IllegalArgumentException("--port is missing");
        }
    }

    boolean has(String word) {
        return given.containsKey(word);
    }

    /** The value, or null. */
    String get(String word) {
        return given.get(word);
    }

    boolean isAcceptor() {
        return has("--accept");
    }

    SessionID session() {
        return new SessionID("FIX.4.4", get("--sender"), get("--target"));
    }

    /** One session that is always open; an acceptor listens on `port` of loopback. */
    SessionSettings settings(int port) throws ConfigError, IOException, GeneralSecurityException {
        Map<String, String> all = new HashMap<>();
        if (isAcceptor()) {
            all.put("ConnectionType", "acceptor");
            all.put("SocketAcceptAddress", "127.0.0.1");
            all.put("SocketAcceptPort", String.valueOf(port));
        } else {
            all.put("ConnectionType", "initiator");
            all.put("SocketConnectHost", given.getOrDefault("--host", "127.0.0.1"));
            all.put("SocketConnectPort", get("--port"));
            all.put("HeartBtInt", given.getOrDefault("--heartbeat", "30"));
            all.put("ReconnectInterval", "1");
        }
        all.put("NonStopSession", "Y");
        all.put("LogonTimeout", "10");
        all.put("LogoutTimeout", "3");
        all.put("SocketTcpNoDelay", "Y");
        all.put("FileStorePath", get("--store"));
        all.put("ResetOnLogon", has("--reset") ? "Y" : "N");
        all.put("TimeStampPrecision", "MILLIS");
        all.put("ValidateChecksum", "Y");
        all.put("UseDataDictionary", has("--dictionary") ? "Y" : "N");
        if (has("--dictionary")) {
            all.put("DataDictionary", get("--dictionary"));
            all.put("ValidateFieldsOutOfOrder", "Y");
            all.put("ValidateFieldsHaveValues", "Y");
            all.put("ValidateUserDefinedFields", "Y");
            all.put("AllowUnknownMsgFields", "N");
        }
        if (has("--tls")) {
            all.putAll(tls());
        }
        SessionSettings settings = new SessionSettings();
        all.forEach((key, value) -> settings.setString(key, value));
        settings.setString(session(), "BeginString", "FIX.4.4");
        settings.setString(session(), "SenderCompID", get("--sender"));
        settings.setString(session(), "TargetCompID", get("--target"));
        return settings;
    }

    /** An initiator checks the peer's certificate and host name against --ca; an acceptor with --ca wants a certificate. */
    private Map<String, String> tls() throws IOException, GeneralSecurityException {
        Path folder = Path.of(get("--store"));
        Files.createDirectories(folder);
        Path identity = folder.resolve("identity.p12");
        Pem.writeIdentity(get("--cert"), get("--key"), identity);
        Map<String, String> all = new HashMap<>();
        all.put("SocketUseSSL", "Y");
        all.put("EnabledProtocols", has("--tls-version") ? "TLSv" + get("--tls-version") : "TLSv1.2,TLSv1.3");
        all.put("SocketKeyStore", identity.toString());
        all.put("SocketKeyStorePassword", Pem.PASSWORD);
        all.put("KeyStoreType", "PKCS12");
        if (has("--ca")) {
            Path trust = folder.resolve("trust.p12");
            Pem.writeTrust(get("--ca"), trust);
            all.put("SocketTrustStore", trust.toString());
            all.put("SocketTrustStorePassword", Pem.PASSWORD);
            all.put("TrustStoreType", "PKCS12");
            all.put(isAcceptor() ? "NeedClientAuth" : "EndpointIdentificationAlgorithm", isAcceptor() ? "Y" : "HTTPS");
        }
        return all;
    }
}
