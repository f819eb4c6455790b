#pragma once

#include "app/ctl/command.h"

#include <QFile>

namespace signalbox::ctl {

/// Many jobs from a file of JSON lines. Every line is read and checked before the first job is submitted, so
/// a mistake in line 900 leaves nothing half done; what the server refuses later is said line by line.
class JobLines : public QObject {
    Q_OBJECT
public:
    JobLines(Context &context, QObject *parent);
    /// `-` is stdin.   Errors  Invalid, naming the first lines that are wrong; NotFound.
    [[nodiscard]] Result<> read(const QString &path);
    void submit(bool wait, std::optional<std::chrono::milliseconds> waitAtMost); ///< ends the program

private:
    struct Line {
        qint64 number;
        JobDefinition job;
    };
    [[nodiscard]] Result<> readAll(QFile &file, const QString &path);
    [[nodiscard]] Result<> readLine(QByteArray text, qint64 number);
    void submitNext();
    void take(const QList<Result<queue::Submitted>> &verdicts);
    void sayOne(qint64 line, const Result<queue::Submitted> &verdict);
    void breakOff(const Error &error);
    void submittedAll();
    void waitForAll();
    void finish();

    Context &m_context;
    QList<Line> m_lines;
    QStringList m_mistakes;
    qint64 m_mistakeCount = 0;
    qsizetype m_next = 0;
    qsizetype m_batch = 0;
    qint64 m_submitted = 0;
    qint64 m_alreadyThere = 0;
    qint64 m_refused = 0;
    ExitCode m_code = ExitCode::Done;
    QList<std::pair<JobId, QString>> m_waitFor;
    std::optional<std::chrono::milliseconds> m_waitAtMost;
    bool m_waits = false;
    qsizetype m_ended = 0;
    QMap<QString, qint64> m_endedBy; ///< state → jobs
};

} // namespace signalbox::ctl
