#pragma once

#include "app/ctl/table.h"
#include "core/model/error.h"

#include <QByteArray>
#include <QString>

namespace signalbox::ctl {

/// All that leaves this program. Whatever is handed in, nothing reaches a terminal that could drive it: texts
/// for people are escaped as core/model/display_text.h says, JSON by \u escapes, which mean the same.
/// stdout has the answer and nothing else; everything said beside it goes to stderr.
class Output {
public:
    explicit Output(bool json);
    Q_DISABLE_COPY_MOVE(Output)

    [[nodiscard]] bool isJson() const { return m_isJson; }
    void line(const QString &text = {});   ///< to stdout; line feeds and tabs stand
    void table(const Table &table);        ///< to stdout
    void json(const QByteArray &document); ///< to stdout, on one line
    void verbatim(const QByteArray &text); ///< to stdout: text that this program made itself
    void note(const QString &text);        ///< to stderr
    void error(const Error &error);        ///< to stderr: what, why, todo; with --json one object
    /// A line on stderr that the next one takes the place of; only where that is a terminal. Empty: cleared.
    void progress(const QString &text);
    void progress(const QString &label, qint64 done, std::optional<qint64> total); ///< with a bar
    [[nodiscard]] bool showsProgress() const { return m_progressWidth > 0; }
    /// Writes what is buffered. False when nobody reads stdout any more.
    bool flush();

private:
    void toStandardError(const QString &text);
    bool m_isJson;
    int m_tableWidth = 0;    // of stdout's terminal; 0: none, so nothing is cut
    int m_progressWidth = 0; // of stderr's terminal; 0: none
    bool m_isBold = false;
    bool m_progressShown = false;
    bool m_isBroken = false;
};

/// A JSON document in which nothing can drive a terminal; it means the same. REQUIRES a checked document.
[[nodiscard]] QByteArray harmlessJson(const QByteArray &document);

} // namespace signalbox::ctl
