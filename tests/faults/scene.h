#pragma once

#include "tests/faults/audit.h"
#include "tests/faults/fault_proxy.h"
#include "tests/faults/worker_process.h"
#include "tests/support/process_life.h"
#include "tests/support/test_server.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QTemporaryDir>

namespace signalbox::test {

/// Drawn once for the program; SIGNALBOX_SEED repeats a run.
[[nodiscard]] quint32 testSeed();
/// How often to do a thing: by every commit, or with SIGNALBOX_SOAK set.
[[nodiscard]] int timesIn(int commit, int soak);

/// A server, an outside ledger, and what was done to them, of one fault test; and whether nothing was lost.
class Scene {
public:
    explicit Scene(TestServerOptions options = {});
    ~Scene();
    Q_DISABLE_COPY_MOVE(Scene)

    /// Submits through the command line; the ids that it acknowledged. `wishes` go to fault_handler. Through
    /// `url`, which may be a proxy's, it sends the same ids again until each is acknowledged.
    QStringList submit(int count, QJsonObject wishes = {}, QJsonObject options = {}, const QString &url = {});
    /// For jobs that the test submits by itself, and was told are there.
    void acknowledge(const QByteArrayList &ids, int level, const QByteArray &payload);
    [[nodiscard]] QString makeGate();   ///< a fifo, at which runs wait
    void openGate(const QString &gate); ///< lets through whoever waits and whoever comes

    /// A fault happens now; it may break off that many runs.
    void noteFault(int touched = 1);
    [[nodiscard]] int faults() const { return m_faults; }

    [[nodiscard]] QString ledgerFile() const { return m_ledger.file(); }
    [[nodiscard]] QList<LedgerLine> ledger() const { return m_ledger.read(); }
    [[nodiscard]] int lines(const QByteArray &word, const QString &id = {}) const;
    [[nodiscard]] pid_t firstRun() const; ///< process of the first that began; 0: none did

    [[nodiscard]] char
    state(const QString &id) const; ///< its letter; P for what was never claimed; ? for none
    [[nodiscard]] int attempts(const QString &id) const;
    [[nodiscard]] QString text(const QString &id) const;         ///< result or error
    [[nodiscard]] qint64 counter(const QByteArray &field) const; ///< of the counts hash

    struct Terms {
        QByteArray states = "C"; ///< that jobs may end in
        bool isOrdered = false;  ///< one claimer with one worker
        double leaseSeconds = 1;
    };
    /// Every law of audit.h, and the doctor's opinion. Waits until the jobs have ended, as long as L7 gives
    /// them; prints seed, faults and what was measured. Empty when all is well, else what is not.
    [[nodiscard]] QString audit(const Terms &terms) const;

    [[nodiscard]] TestServer &server() { return m_server; }
    [[nodiscard]] QString url() const { return m_server.urlText(); }
    [[nodiscard]] QStringList acknowledged() const;

private:
    [[nodiscard]] QByteArray runRecord(const QString &id) const;
    [[nodiscard]] bool haveAllEnded() const;
    [[nodiscard]] QString doctorsOpinion() const;
    TestServer m_server;
    QTemporaryDir m_folder;
    Ledger m_ledger;
    QElapsedTimer m_quiet; ///< since the test last did something to the jobs: fault, submit, opened gate
    std::chrono::milliseconds m_backoff{0}; ///< that the jobs which fail may still have to wait, at most
    int m_faults = 0;
    int m_touched = 0;
    int m_gates = 0;
    std::vector<int> m_openGates; ///< descriptors
};

/// Which of the queue's scripts a command calls, by its SHA-1; empty for anything else.
[[nodiscard]] QByteArray scriptOf(const FaultProxy::Command &command);
/// settle_and_claim: how many jobs it asks for, and how many results it brings.
[[nodiscard]] int wantedBy(const FaultProxy::Command &command);
[[nodiscard]] int settlementsOf(const FaultProxy::Command &command);

} // namespace signalbox::test
