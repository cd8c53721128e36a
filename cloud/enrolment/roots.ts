// The roots by which agents know AWS IoT Core.
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** The roots that AWS IoT Core's ATS endpoints are signed by, as Node carries them. */
export function amazonRoots(): string {
  const ofAmazon = rootCertificates.filter((pem) =>
    /CN=Amazon Root CA \d/.test(new X509Certificate(pem).subject),
  );
  return ofAmazon.join('\n');
}
