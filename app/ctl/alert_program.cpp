#include "app/ctl/alert_program.h"

#include "app/ctl/words.h"
#include "core/model/json_writer.h"

#include <QFileInfo>
#include <QProcessEnvironment>
#include <QStandardPaths>
#include <QTimer>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s;

QString stateText(bool isRaised)
{
    return isRaised ? u"raised"_s : u"cleared"_s;
}

QProcessEnvironment environmentFor(const Alert &alert, bool isRaised)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"SIGNALBOX_ALERT_STATE"_s, stateText(isRaised));
    environment.insert(u"SIGNALBOX_ALERT_KIND"_s, toText(alert.kind));
    environment.insert(u"SIGNALBOX_ALERT_LEVEL"_s, toText(alert.level));
    environment.insert(u"SIGNALBOX_ALERT_QUEUE"_s, alert.queue);
    environment.insert(u"SIGNALBOX_ALERT_WHAT"_s, alert.what);
    environment.insert(u"SIGNALBOX_ALERT_TODO"_s, alert.todo);
    environment.insert(u"SIGNALBOX_ALERT_SINCE"_s, signalbox::toText(alert.since));
    return environment;
}

} // namespace

QByteArray alertJson(const Alert &alert, bool isRaised)
{
    QByteArray json = JsonWriter().text("state"_L1, stateText(isRaised)).take();
    json.chop(1);
    return json + ',' + alert.toJson().sliced(1);
}

AlertProgram::AlertProgram(QString program, QStringList arguments, QObject *parent)
    : QObject(parent), m_program(std::move(program)), m_arguments(std::move(arguments))
{
}

AlertProgram::~AlertProgram()
{
    if (m_process == nullptr) return;
    m_process->disconnect(this);
    m_process->kill();
    m_process->waitForFinished(); // killed: at once
}

Result<> AlertProgram::check(const QString &program)
{
    const bool isPath = program.contains(u'/');
    const QFileInfo file(program);
    if (isPath ? file.isFile() && file.isExecutable() : !QStandardPaths::findExecutable(program).isEmpty())
        return {};
    return signalbox::fail(Error::Kind::NotFound, Words::tr("There is no program %1.").arg(program),
                           isPath ? Words::tr("It is no file that may be run.")
                                  : Words::tr("PATH has no such file."),
                           Words::tr("Name a program, with its path if need be; arguments follow it."));
}

void AlertProgram::run(const Alert &alert, bool isRaised)
{
    if (m_waiting.size() == waitingMax) {
        m_waiting.pop_front();
        Q_EMIT failed({Error::Kind::Unavailable, Words::tr("An alert was not handed to %1.").arg(m_program),
                       Words::tr("It has not kept up: %1 were waiting.").arg(waitingMax),
                       Words::tr("Let it end sooner.")});
    }
    m_waiting.push_back({alert, isRaised});
    if (m_process == nullptr) next();
}

void AlertProgram::next()
{
    if (m_waiting.empty()) {
        Q_EMIT idle();
        return;
    }
    const Call call = m_waiting.front();
    m_waiting.pop_front();
    auto *process = new QProcess(this); // m_process is nothing once it has ended, which may be at once
    m_process = process;
    process->setProcessEnvironment(environmentFor(call.alert, call.isRaised));
    process->setProcessChannelMode(QProcess::ForwardedChannels);
    connect(process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) ended(m_process->errorString()); // there is no finished() then
    });
    connect(process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        ended(status == QProcess::CrashExit ? Words::tr("It was ended by a signal.")
                  : code != 0               ? Words::tr("It ended with status %1.").arg(code)
                                            : QString());
    });
    QTimer::singleShot(patience, process, [process] { process->kill(); });
    process->start(m_program, m_arguments);
    process->write(alertJson(call.alert, call.isRaised) + '\n');
    process->closeWriteChannel();
}

void AlertProgram::ended(const QString &why)
{
    m_process->deleteLater();
    m_process = nullptr;
    if (!why.isEmpty())
        Q_EMIT failed({Error::Kind::Unavailable, Words::tr("%1 did not take an alert.").arg(m_program), why,
                       Words::tr("Try it by hand: it gets the alert as JSON on its standard input.")});
    next();
}

} // namespace signalbox::ctl
