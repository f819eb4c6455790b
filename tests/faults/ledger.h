#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <sys/types.h>

namespace signalbox::test {

/// What happened, written down outside of everything under test: an append-only file, each line on disk
/// before whoever wrote it goes on. Five words a line:
///   submitted <id> <level> 0 <args and kwargs, base64>   by the test, once the submit was acknowledged
///   begin <id> <attempt> <pid> -                         by the handler
///   end <id> <attempt> <pid> <result or error, base64>   by the handler, before it says it to anybody
/// Lines stand in the order of time, whoever wrote them.
struct LedgerLine {
    QByteArray word;
    QByteArray id;
    int number = 0; ///< level of the priority, or attempt
    pid_t pid = 0;
    QByteArray bytes;
};

class Ledger {
public:
    explicit Ledger(QString file) : m_file(std::move(file)) { }
    [[nodiscard]] QString file() const { return m_file; }
    void append(const QList<LedgerLine> &lines) const; ///< one fsync for all; ends the program if it fails
    /// Empty while there is no file. Ends the program on a line that is none.
    [[nodiscard]] QList<LedgerLine> read() const;

private:
    QString m_file;
};

} // namespace signalbox::test
