"""Drives smtplib and poplib: a job as JSON on standard input, its result on standard output.

SCRAM is not in smtplib. It is written here from RFC 5802, RFC 7677 and RFC 5929 with
Python's own hashes, so that the server meets an implementation that is not its own.
"""

import base64
import hashlib
import hmac
import json
import os
import poplib
import smtplib
import ssl
import sys

job = json.load(sys.stdin)


def tls_context():
    return ssl.create_default_context(cafile=job["ca"])


def sha(name):
    return "sha256" if "256" in name else "sha1"


class Scram:
    """A mechanism as smtplib.SMTP.auth wants it: called with challenges."""

    def __init__(self, mechanism, sock):
        self.hash = sha(mechanism)
        self.plus = mechanism.endswith("-PLUS")
        # RFC 5802 section 6: "y" tells that this client could bind and saw no -PLUS.
        self.gs2 = "p=tls-server-end-point,," if self.plus else "n,,"
        self.binding = self.gs2.encode()
        if self.plus:
            certificate = sock.getpeercert(binary_form=True)
            self.binding += hashlib.sha256(certificate).digest()
        self.nonce = base64.b64encode(os.urandom(18)).decode()
        self.step = 0

    def __call__(self, challenge=None):
        self.step += 1
        if self.step == 1:
            self.first = "n=%s,r=%s" % (job["user"], self.nonce)
            return self.gs2 + self.first
        if self.step == 2:
            return self.prove(challenge.decode())
        expected = "v=" + base64.b64encode(self.signature).decode()
        if challenge.decode() != expected:
            raise RuntimeError("the server's signature is wrong: %r" % challenge)
        return ""

    def prove(self, server_first):
        fields = dict(part.split("=", 1) for part in server_first.split(","))
        if not fields["r"].startswith(self.nonce):
            raise RuntimeError("the server's nonce does not begin with ours")
        salted = hashlib.pbkdf2_hmac(
            self.hash,
            job["password"].encode(),
            base64.b64decode(fields["s"]),
            int(fields["i"]),
        )
        mac = lambda key, text: hmac.new(key, text, self.hash).digest()
        client_key = mac(salted, b"Client Key")
        stored_key = hashlib.new(self.hash, client_key).digest()
        final = "c=%s,r=%s" % (base64.b64encode(self.binding).decode(), fields["r"])
        message = ",".join([self.first, server_first, final]).encode()
        client_signature = mac(stored_key, message)
        proof = bytes(a ^ b for a, b in zip(client_key, client_signature))
        self.signature = mac(mac(salted, b"Server Key"), message)
        return final + ",p=" + base64.b64encode(proof).decode()


def log_in(client):
    mechanism = job["mechanism"]
    if mechanism == "any":
        client.login(job["user"], job["password"])
        return
    client.ehlo_or_helo_if_needed()
    if mechanism not in client.esmtp_features.get("auth", "").split():
        raise RuntimeError("%s is not offered" % mechanism)
    if mechanism.startswith("SCRAM"):
        client.auth(mechanism, Scram(mechanism, client.sock))
        return
    client.user, client.password = job["user"], job["password"]
    method = "auth_" + mechanism.lower().replace("-", "_")
    client.auth(mechanism, getattr(client, method))


def send():
    kinds = {"implicit": smtplib.SMTP_SSL, "lmtp": smtplib.LMTP}
    kind = kinds.get(job["tls"]) or (smtplib.LMTP if job.get("lmtp") else smtplib.SMTP)
    more = {"context": tls_context()} if job["tls"] == "implicit" else {}
    with kind(job["host"], job["port"], local_hostname="client.example.org", **more) as client:
        if job["tls"] == "starttls":
            client.starttls(context=tls_context())
        if "mechanism" in job:
            log_in(client)
        message = base64.b64decode(job["message"])
        refused = client.sendmail(
            job["from"], job["to"], message, mail_options=job.get("options", [])
        )
        return {"refused": list(refused)}


def read():
    if job["tls"] == "implicit":
        client = poplib.POP3_SSL(job["host"], job["port"], context=tls_context())
    else:
        client = poplib.POP3(job["host"], job["port"])
    if job["tls"] == "starttls":
        client.stls(context=tls_context())
    if job.get("utf8"):
        client.utf8()
    if job.get("apop"):
        client.apop(job["user"], job["password"])
    else:
        client.user(job["user"])
        client.pass_(job["password"])
    count, size = client.stat()
    messages, octets = [], 0
    for number in range(1, count + 1):
        lines = client.retr(number)[1]
        text = b"".join(line + b"\r\n" for line in lines)
        octets += len(text)
        messages.append(base64.b64encode(text).decode())
        top = b"".join(line + b"\r\n" for line in client.top(number, 0)[1])
        if not text.startswith(top) or not top.endswith(b"\r\n\r\n"):
            raise RuntimeError("TOP %d 0 is not the header" % number)
        if job.get("dele"):
            client.dele(number)
    listed = [int(line.split()[1]) for line in client.list()[1]]
    if not job.get("dele") and (sum(listed) != size or octets != size):
        raise RuntimeError("sizes differ: %r, %d, %d" % (listed, size, octets))
    ids = [line.decode().split()[1] for line in client.uidl()[1]]
    capabilities = sorted(client.capa())
    client.quit()
    return {"messages": messages, "ids": ids, "capabilities": capabilities}


try:
    result = {"send": send, "read": read}[job["do"]]()
except (smtplib.SMTPException, poplib.error_proto, ssl.SSLError, RuntimeError) as error:
    result = {"error": type(error).__name__ + ": " + str(error)}
json.dump(result, sys.stdout)
