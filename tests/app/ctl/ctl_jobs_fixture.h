#pragma once

#include "tests/app/ctl/ctl_rig.h"

#include <atomic>

/// The exit status, with everything that was printed where it is another.
#define EXPECT(end, expected) QVERIFY2((end).code == (expected), (end).all().constData())

namespace signalbox::test {

/// A server and two workers in the test's own process, which signalboxctl meets as another's. Their handlers:
/// "ok" answers its arguments, "bad" fails for good until it is mended, "waits" runs until it is cancelled.
class CtlJobsFixture : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_isMended = false;
        m_server = std::make_unique<test::TestServer>();
        m_ctl = std::make_unique<Ctl>(m_server.get());
        m_rig = std::make_unique<ServiceRig>(m_server.get());
        m_rig->handle(QStringLiteral("ok"), [](const JobDefinition &job, worker::RunContext &context) {
            context.log(QStringLiteral("a line of the log"));
            return worker::RunResult::completed(job.args);
        });
        m_rig->handle(QStringLiteral("bad"), [this](const JobDefinition &, worker::RunContext &) {
            return m_isMended
                ? worker::RunResult::completed(JsonText::trusted("\"mended\""))
                : worker::RunResult::failedPermanently(QStringLiteral("ValueError: no\nTraceback line"));
        });
        m_rig->handle(QStringLiteral("waits"), [](const JobDefinition &, worker::RunContext &context) {
            context.reportProgress(1, 4, QStringLiteral("a quarter"));
            while (!context.cancelToken().waitFor(std::chrono::hours(1))) { }
            return worker::RunResult::failed(QStringLiteral("stopped"));
        });
        QVERIFY(get((*m_rig)->start()));
        QVERIFY(get((*m_rig)->startWorkers(2)));
    }

    void cleanup()
    {
        m_rig.reset();
        m_server.reset();
    }

protected:
    JobId submit(const QString &handler, const std::function<void(JobDefinition &)> &change = {})
    {
        JobDefinition job;
        job.handler = handler;
        job.retry = {0, std::chrono::milliseconds(1), 1.0};
        if (change) change(job);
        const auto submitted = get((*m_rig)->submit(job));
        if (!submitted) qFatal("%s", qPrintable(submitted.error().text()));
        return submitted->id;
    }
    JobId ended(const QString &handler, const std::function<void(JobDefinition &)> &change = {})
    {
        const JobId id = submit(handler, change);
        if (!get((*m_rig)->wait(id))) qFatal("A job did not end.");
        return id;
    }
    JobId scheduled()
    {
        return submit(QStringLiteral("ok"), [](JobDefinition &job) {
            job.scheduledAt = runtime::systemSeams().clock->wallNow() + std::chrono::hours(1);
        });
    }
    [[nodiscard]] CtlEnd run(const QStringList &arguments) const { return m_ctl->run(arguments); }
    [[nodiscard]] QJsonObject jobOf(const JobId &id) const
    {
        return run({QStringLiteral("show"), id.text(), QStringLiteral("--json")}).json();
    }

    std::unique_ptr<test::TestServer> m_server;
    std::unique_ptr<ServiceRig> m_rig; ///< workers, in this process
    std::unique_ptr<Ctl> m_ctl;
    std::atomic<bool> m_isMended{false};
    const QString m_unknown = QStringLiteral("5f2c41d0-aaaa-4bbb-8ccc-0123456789ab");
};

} // namespace signalbox::test
