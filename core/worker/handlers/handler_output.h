#pragma once

#include "core/worker/handler.h"
#include "core/worker/handlers/line_splitter.h"

#include <optional>

namespace signalbox::worker {

/// What a handler's program says during one run. Lines of its standard output that are JSON objects with one
/// of these keys speak to us; every other line, and all of its standard error, is the job's log.
///     {"progress": current, "total": n, "message": "…", "metadata": {…}}   all but progress may be missing
///     {"log": "…"}
///     {"result": any JSON}                                                  the last one counts
///     {"error": "…", "permanent": true}                                     the job failed, whatever the
///     exit code
/// Source   docs/handlers.md, "What a program says".
class HandlerOutput {
public:
    static constexpr qsizetype resultLineBytesMax = 16 * 1024 * 1024 + 64 * 1024; ///< a whole result fits
    static constexpr qsizetype errorLineBytesMax = 64 * 1024;
    static constexpr qsizetype errorTailBytesMax = 32 * 1024;

    explicit HandlerOutput(RunContext &context);
    /// For a child that gets one job after the other: its first answer counts, and what answers another job
    /// (which it may name by "id") does not.
    void expectOneAnswer(const JobId &job) { m_oneJob = job.text(); }
    void addOutput(QByteArrayView bytes) { m_output.add(bytes); }
    void addErrors(QByteArrayView bytes) { m_errors.add(bytes); }
    void finishOutput() { m_output.finish(); }
    void finishErrors() { m_errors.finish(); }

    /// A result or an error was said: in persistent mode that is the end of the job.
    [[nodiscard]] bool hasAnswer() const { return m_result || m_error || !m_unreadable.isEmpty(); }
    /// It answered more than its one job: whose its next answer is, nobody knows.
    [[nodiscard]] bool isOutOfStep() const { return m_isOutOfStep; }
    [[nodiscard]] QByteArray takeUnfinishedLine() { return m_output.takeRest(); }
    /// Whether a line would be taken for the end of a job.
    [[nodiscard]] static bool isAnswer(QByteArrayView line);
    /// For a program that ended well, or has answered.
    [[nodiscard]] RunResult result() const;
    /// For one that did not: `ending` says how. The error's first line is what it said itself, where it did.
    [[nodiscard]] RunResult failure(const QString &ending, bool isPermanent) const;

private:
    struct SaidError {
        QString text;
        bool isPermanent = false;
    };
    void readLine(QByteArrayView line, bool isCut);
    [[nodiscard]] bool readMessage(const QList<JsonMember> &members);
    [[nodiscard]] bool isOfAnotherJob(const QList<JsonMember> &members);
    [[nodiscard]] bool readProgress(const QList<JsonMember> &members);
    void readErrorLine(QByteArrayView line);
    [[nodiscard]] QString withTail(const QString &message) const;

    RunContext &m_context;
    LineSplitter m_output;
    LineSplitter m_errors;
    std::optional<JsonText> m_result;
    std::optional<SaidError> m_error;
    QString m_oneJob; // empty: the last answer counts, whatever it names
    bool m_isOutOfStep = false;
    QString m_unreadable; // why the last line that was to be a result is none
    QByteArray m_errorTail;
    QString m_lastErrorLine;
};

} // namespace signalbox::worker
