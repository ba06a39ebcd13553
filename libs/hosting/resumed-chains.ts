import type { X509Certificate } from 'node:crypto';
import { RESUMED_CHAINS } from './limits.js';

/**
 * The CAs that clients have sent along with their certificates. OpenSSL keeps only a client's own certificate for sessions that are resumed:
 * the rest is what the client sent when the session began. Bounded by bytes; a client whose chain was dropped begins a new session.
 */
export class ResumedChains {
  private readonly known = new Map<string, { certificate: X509Certificate; bytes: number }>();
  private bytes = 0;

  /** The certificate of a connection with what was sent along with it. */
  complete(certificate: X509Certificate, resumed: boolean): X509Certificate {
    if (resumed) return this.known.get(certificate.fingerprint256)?.certificate ?? certificate;
    if (certificate.issuerCertificate !== undefined) this.keep(certificate);
    return certificate;
  }

  private keep(certificate: X509Certificate): void {
    const { fingerprint256 } = certificate;
    let bytes = 0;
    for (let each: X509Certificate | undefined = certificate; each !== undefined; each = each.issuerCertificate) bytes += each.raw.length;
    this.drop(fingerprint256);
    if (bytes > RESUMED_CHAINS.longest) return;
    this.known.set(fingerprint256, { certificate, bytes });
    this.bytes += bytes;
    for (const oldest of this.known.keys()) {
      if (this.bytes <= RESUMED_CHAINS.bytes) break;
      this.drop(oldest);
    }
  }

  private drop(fingerprint: string): void {
    this.bytes -= this.known.get(fingerprint)?.bytes ?? 0;
    this.known.delete(fingerprint);
  }
}
