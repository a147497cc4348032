import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** PEM files to the PKCS #12 stores that Java wants. It knows nothing of FIX. */
final class Pem {
    /** The stores hold test keys in a folder that the test deletes; Java wants a password all the same. */
    static final String PASSWORD = "for-tests";

    private Pem() {}

    /** A store of certificates to trust. */
    static void writeTrust(String authorities, Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = empty();
        int number = 0;
        for (Certificate certificate : certificates(authorities)) {
            keys.setCertificateEntry("authority-" + number++, certificate);
        }
        write(keys, store);
    }

    /** A store of one key with its certificates; without files it is empty: QuickFIX/J looks for one in any case. */
    static void writeIdentity(String certificate, String key, Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = empty();
        if (certificate != null) {
            keys.setKeyEntry(
                    "own", privateKey(key), PASSWORD.toCharArray(), certificates(certificate).toArray(new Certificate[0]));
        }
        write(keys, store);
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        return keys;
    }

    private static void write(KeyStore keys, Path store) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(store)) {
            keys.store(out, PASSWORD.toCharArray());
        }
    }

    private static List<? extends Certificate> certificates(String file) throws IOException, GeneralSecurityException {
        byte[] pem = Files.readAllBytes(Path.of(file));
        return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
    }

    private static PrivateKey privateKey(String file) throws IOException, GeneralSecurityException {
        String base64 = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException otherAlgorithm) {
                // The next one.
            }
        }
        throw new InvalidKeySpecException(file + " is no PKCS #8 key that this Java knows");
    }
}
