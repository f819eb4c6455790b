#pragma once

#include <QByteArrayList>

namespace signalbox::redis {

/// Appends one command in RESP to bytes that leave in one write. Not by hiredis' formatter: that allocates a
/// buffer a command and has to be copied from; a script call here has hundreds of arguments, thousands of
/// times a second.
class RespWriter {
public:
    void append(const QByteArrayList &command);
    /// EVALSHA sha n keys arguments, or EVAL with the script's text, without building a list of them.
    void appendScript(QByteArrayView verb, QByteArrayView script, const QByteArrayList &keys,
                      const QByteArrayList &arguments);
    [[nodiscard]] bool isEmpty() const { return m_bytes.isEmpty(); }
    [[nodiscard]] QByteArray take() { return std::exchange(m_bytes, {}); }

private:
    char *grow(qsizetype atMost);
    void shrinkTo(const char *end);
    QByteArray m_bytes;
};

} // namespace signalbox::redis
