#pragma once

#include "core/redis/client.h"
#include "core/redis/connection_fsm.h"
#include "core/redis/pipeline.h"
#include "core/redis/transport.h"

namespace signalbox::redis {

/// Puts the three parts together: the state machine says what to do, the pipeline what to write, the
/// transport does. Everything happens in turns: something comes in (bytes, a timer, commands sent in this
/// turn of the event loop), it is worked off, receivers are called, and what is to be written leaves in one
/// write.
class Client::Private : public QObject {
public:
    Private(Client *client, ClientOptions options, const runtime::Seams &seams);
    ~Private() override;

    void start();
    void stop();
    [[nodiscard]] Pipeline::Time now() const { return m_seams.clock->monotonicNow(); }
    void finish(std::chrono::milliseconds atMost);
    void wake(); ///< a turn soon, for what was pushed

    const ClientOptions m_options;
    Pipeline m_pipeline;
    ConnectionFsm m_fsm;
    bool m_isGoing = false; ///< being destroyed: takes nothing any more

protected:
    bool event(QEvent *event) override;

private:
    template <typename Work> void turn(Work work);
    void apply(ConnectionFsm::Todo todo);
    void makeTransport();
    void dropTransport();
    void shakeHands(const std::vector<QByteArrayList> &commands);
    void ping();
    void takeBytes(QByteArrayView bytes);
    void watchTime();
    void armTimer();
    void log();

    Client *const m_client;
    const runtime::Seams m_seams;
    std::unique_ptr<runtime::Timer> m_timer;
    std::optional<Pipeline::Time> m_armedFor;
    Transport *m_transport
        = nullptr;            ///< ours; let go by deleteLater(), as its own signal may be on the stack
    quint64 m_connection = 0; ///< which: late answers to a handshake that is over are not ours
    QByteArray m_firstBytes;  ///< of this connection, to say what answered if it is not Redis
    QString m_logged;         ///< why it was lost, as last logged: not again with each attempt
    bool m_isAwake = false;   ///< a turn is on its way or being worked off
    bool m_isAnnounced = true;
};

} // namespace signalbox::redis
