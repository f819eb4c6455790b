#pragma once

#include "core/queue/invariant_checker.h"
#include "tests/support/test_server.h"
#include "tests/support/wait_for.h"

#include <QTest>

namespace signalbox::test {

/// What breaks an invariant of docs/protocol.md on this server, from its raw keys, a line each: "2 default:
/// Job … is in running, and its run record says pending." The program links signalbox_queue.
[[nodiscard]] inline QStringList brokenInvariants(TestServer &server,
                                                  const QString &prefix = QStringLiteral("signalbox"))
{
    redis::Client client({.url = server.url()}, runtime::systemSeams());
    client.start();
    const queue::KeyNames names(prefix);
    queue::InvariantChecker checker(client, names);
    QStringList broken;
    for (const redis::Reply &name : server.raw().command({"SMEMBERS", names.queues()}).elements) {
        const QString queue = QString::fromUtf8(name.text);
        const auto report = waitForCallback<Result<queue::CheckReport>>(
            [&](auto done) { checker.check(queue, std::move(done)); });
        if (!report) {
            broken.append(report.error().text());
            continue;
        }
        for (const queue::Finding &finding : report->findings)
            broken.append(
                QStringLiteral("%1 %2: %3").arg(QString::number(finding.invariant), queue, finding.what));
    }
    return broken;
}

} // namespace signalbox::test

/// Fails the test, with the number and the words, when the server's keys break an invariant.
#define VERIFY_INVARIANTS(server)                                                                            \
    do {                                                                                                     \
        const QStringList brokenNow = signalbox::test::brokenInvariants(server);                             \
        QVERIFY2(brokenNow.isEmpty(), qPrintable(brokenNow.join(u'\n')));                                    \
    } while (false)
