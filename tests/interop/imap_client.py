"""Drives imaplib through all that it speaks: a job as JSON on standard input, what it found on standard output."""

import base64
import imaplib
import json
import re
import smtplib
import ssl
import sys
import time

job = json.load(sys.stdin)
FOLDER = "Entw&APw-rfe &ZeVnLIqe-"
COPIES = "Kopien"


def connect():
    context = ssl.create_default_context(cafile=job["ca"])
    if job["tls"] == "implicit":
        return imaplib.IMAP4_SSL(job["host"], job["port"], ssl_context=context)
    client = imaplib.IMAP4(job["host"], job["port"])
    client.starttls(ssl_context=context)
    return client


def log_in(client):
    if job["mechanism"] == "CRAM-MD5":
        return client.login_cram_md5(job["user"], job["password"])
    if job["mechanism"] == "PLAIN":
        secret = "\0%s\0%s" % (job["user"], job["password"])
        return client.authenticate("PLAIN", lambda _: secret.encode())
    return client.login(job["user"], job["password"])


def ok(answer):
    kind, data = answer
    if kind != "OK":
        raise RuntimeError("%r" % (answer,))
    return data


def quoted(name):
    return '"%s"' % name


def words(data):
    return (data[0] or b"").decode().split()


def deliver():
    with smtplib.LMTP(job["host"], job["lmtp"], local_hostname="client.example.org") as lmtp:
        lmtp.sendmail("sender@example.org", [job["user"]], base64.b64decode(job["samples"][0]))


def idle(client):
    """imaplib learns IDLE only in Python 3.14: its lines are sent by hand."""
    ok(client.select("INBOX"))
    tag = client._new_tag()
    client.send(tag + b" IDLE\r\n")
    if not client.readline().startswith(b"+"):
        raise RuntimeError("IDLE was refused")
    deliver()
    heard = client.readline()
    client.send(b"DONE\r\n")
    while not client.readline().startswith(tag):
        pass
    return heard.decode().strip()


def day():
    client = connect()
    log_in(client)
    found = {"capabilities": sorted(client.capabilities)}
    found["namespace"] = ok(client.namespace())[0].decode()
    found["quota"] = len(ok(client.getquotaroot("INBOX")))
    ok(client.create(quoted(FOLDER)))
    ok(client.create(COPIES))
    ok(client.subscribe(quoted(FOLDER)))
    found["listed"] = [line.decode() for line in ok(client.list())]
    found["subscribed"] = any(FOLDER.encode() in line for line in ok(client.lsub()))
    when = imaplib.Time2Internaldate(time.mktime((2020, 2, 3, 4, 5, 6, 0, 34, 0)))
    for sample in job["samples"]:
        message = base64.b64decode(sample)
        # imaplib makes each line end CRLF itself; these have no others.
        ok(client.append(quoted(FOLDER), r"(\Flagged $Label1)", when, message))
    found["selected"] = int(ok(client.select(quoted(FOLDER)))[0])
    fetched = ok(client.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"))
    pairs = [part for part in fetched if isinstance(part, tuple)]
    found["messages"] = [base64.b64encode(text).decode() for _, text in pairs]
    found["sizes"] = [int(re.search(rb"RFC822.SIZE (\d+)", head)[1]) for head, _ in pairs]
    found["flags"] = sorted({re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode() for head, _ in pairs})
    found["dates"] = sorted({time.mktime(imaplib.Internaldate2tuple(head)) for head, _ in pairs})
    found["when"] = time.mktime(imaplib.Internaldate2tuple(b"INTERNALDATE " + when.encode()))
    ok(client.store("1:2", "+FLAGS", r"(\Seen $Later)"))
    ok(client.store("1", "-FLAGS", r"(\Flagged)"))
    found["seen"] = words(ok(client.uid("SEARCH", "SEEN", "KEYWORD", "$Later")))
    found["subject"] = words(ok(client.search(None, "SUBJECT", '"dots"')))
    client.literal = "grüße".encode()
    found["charset"] = words(ok(client.search("UTF-8", "BODY")))
    found["sorted"] = words(ok(client.sort("(REVERSE SIZE)", "UTF-8", "ALL")))[:1]
    found["threads"] = ok(client.thread("REFERENCES", "UTF-8", "ALL"))[0].decode().count("(")
    ok(client.copy("1:2", COPIES))
    ok(client.uid("MOVE", "3", COPIES))
    ok(client.store("1", "+FLAGS", r"(\Deleted)"))
    found["expunged"] = [number.decode() for number in ok(client.expunge())]
    found["status"] = ok(client.status(COPIES, "(MESSAGES UNSEEN UIDNEXT)"))[0].decode()
    found["left"] = int(ok(client.select(quoted(FOLDER)))[0])
    found["idle"] = idle(client)
    ok(client.store("1:*", "+FLAGS", r"(\Deleted)"))
    ok(client.close())
    ok(client.rename(COPIES, quoted("Kopien 2")))
    ok(client.delete(quoted("Kopien 2")))
    ok(client.delete(quoted(FOLDER)))
    ok(client.unsubscribe(quoted(FOLDER)))
    found["bye"] = client.logout()[0]
    return found


try:
    result = day()
except (imaplib.IMAP4.error, RuntimeError) as error:
    result = {"error": type(error).__name__ + ": " + str(error)}
json.dump(result, sys.stdout)
