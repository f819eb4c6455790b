#include "ui/pages/submit_dialog.h"

#include "core/model/display_text.h"
#include "core/runtime/answer.h"
#include "ui/parts/json_edit.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/console_style.h"
#include "ui/theme/words.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double secondsMax = 366.0 * 24 * 3600;

PlainLabel *fieldLabel(const QString &text)
{
    auto *label = new PlainLabel(text, &Look::base, Token::Text2);
    label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred); // as high as the field beside it
    return label;
}

QDoubleSpinBox *secondsBox(const QString &none, QWidget *parent)
{
    auto *box = new QDoubleSpinBox(parent);
    box->setRange(0, secondsMax);
    box->setDecimals(1);
    box->setSuffix(SubmitDialog::tr(" s"));
    box->setSpecialValueText(none);
    return box;
}

std::chrono::milliseconds toTime(double seconds)
{
    return std::chrono::milliseconds(static_cast<qint64>(seconds * 1000));
}

/// An example of what the built-in handlers take, so that a first job is one click away.
QString exampleFor(const QString &handler)
{
    if (handler == "sample.hash_tree"_L1) return u"{\n  \"folder\": \"/usr/share\"\n}"_s;
    if (handler == "sample.compress_file"_L1)
        return u"{\n  \"path\": \"/etc/services\",\n  \"output\": \"/tmp/services.gz\",\n  \"overwrite\": true\n}"_s;
    if (handler == "sample.fetch_url"_L1)
        return u"{\n  \"url\": \"https://example.org/\",\n  \"output\": \"/tmp/example.html\"\n}"_s;
    if (handler == "sample.fail"_L1) return u"{\n  \"message\": \"just a test\"\n}"_s;
    if (handler == "backup.create"_L1) return u"{\n  \"folder\": \"/etc\",\n  \"to\": \"/tmp/backups\"\n}"_s;
    return u"{}"_s;
}

} // namespace

SubmitDialog::SubmitDialog(const PageContext &context, QWidget *parent) : QDialog(parent), m_context(context)
{
    setWindowTitle(tr("Submit a job"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->setSpacing(12);
    layout->addWidget(new PlainLabel(tr("Submit a job"), &Look::objectName, Token::Text, this));
    layout->addWidget(buildFields());
    layout->addWidget(buildPayload(), 1);
    layout->addWidget(buildOptions());
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    layout->addWidget(buildButtons());
    resize(640, 620);
    suggestArguments(m_handler->currentText());
    check();
}

QWidget *SubmitDialog::buildFields()
{
    auto *fields = new QWidget(this);
    auto *form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_handler = new QComboBox(fields);
    m_handler->setEditable(true);
    m_handler->setInsertPolicy(QComboBox::NoInsert);
    m_handler->addItems(m_context.service.handlers().keys());
    m_handler->setAccessibleName(tr("Handler"));
    m_handlerNote = new PlainLabel({}, &Look::small, Token::Muted, fields);
    m_handlerNote->setElastic(true);
    m_queue = new QComboBox(fields);
    m_queue->setEditable(true);
    m_queue->setInsertPolicy(QComboBox::NoInsert);
    m_queue->setAccessibleName(tr("Queue"));
    for (const worker::QueueWeight &queue : m_context.service.settings().pool.queues)
        m_queue->addItem(queue.queue);
    for (const QueueStats &stats : m_context.live.metrics().queues) {
        if (m_queue->findText(stats.queue) < 0) m_queue->addItem(stats.queue);
    }
    m_priority = new QComboBox(fields);
    m_priority->setAccessibleName(tr("Priority"));
    for (const JobPriority priority : allJobPriorities)
        m_priority->addItem(wordOf(priority), static_cast<int>(priority));
    m_priority->setCurrentIndex(m_priority->findData(static_cast<int>(JobPriority::Normal)));
    auto *second = new QHBoxLayout;
    second->addWidget(m_queue, 1);
    second->addSpacing(8);
    second->addWidget(fieldLabel(tr("Priority")));
    second->addWidget(m_priority);
    form->addRow(fieldLabel(tr("Handler")), m_handler);
    form->addRow(QString(), m_handlerNote);
    form->addRow(fieldLabel(tr("Queue")), second);
    connect(m_handler, &QComboBox::currentTextChanged, this, [this](const QString &handler) {
        suggestArguments(handler);
        check();
    });
    connect(m_queue, &QComboBox::currentTextChanged, this, &SubmitDialog::check);
    return fields;
}

QWidget *SubmitDialog::buildPayload()
{
    auto *payload = new QWidget(this);
    auto *layout = new QVBoxLayout(payload);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    m_kwargs = new JsonEdit(JsonText::Root::Object, u"{}"_s, payload);
    m_args = new JsonEdit(JsonText::Root::Array, u"[]"_s, payload);
    m_kwargs->editor()->setAccessibleName(tr("Keyword arguments, a JSON object"));
    m_args->editor()->setAccessibleName(tr("Arguments, a JSON array"));
    layout->addWidget(
        new PlainLabel(tr("Keyword arguments, a JSON object"), &Look::small, Token::Text2, payload));
    layout->addWidget(m_kwargs, 3);
    layout->addSpacing(4);
    layout->addWidget(new PlainLabel(tr("Arguments, a JSON array"), &Look::small, Token::Text2, payload));
    layout->addWidget(m_args, 1);
    connect(m_kwargs, &JsonEdit::changed, this, &SubmitDialog::check);
    connect(m_args, &JsonEdit::changed, this, &SubmitDialog::check);
    return payload;
}

QWidget *SubmitDialog::buildOptions()
{
    auto *options = new QWidget(this);
    auto *form = new QFormLayout(options);
    form->setContentsMargins(0, 0, 0, 0);
    m_delay = secondsBox(tr("at once"), options);
    m_timeout = secondsBox(tr("none"), options);
    m_retries = new QSpinBox(options);
    m_retries->setRange(0, 1000);
    m_retries->setValue(m_context.service.settings().retry.maxRetries);
    m_tags = new QLineEdit(options);
    m_tags->setPlaceholderText(tr("tenant=acme, version=1.2"));
    m_key = new QLineEdit(options);
    m_key->setPlaceholderText(tr("the same key gives the same job"));
    m_key->setMaxLength(JobLimits::idempotencyKeyCharsMax);
    auto *times = new QHBoxLayout;
    times->addWidget(m_delay, 1);
    times->addSpacing(8);
    times->addWidget(fieldLabel(tr("Timeout")));
    times->addWidget(m_timeout, 1);
    times->addSpacing(8);
    times->addWidget(fieldLabel(tr("Retries")));
    times->addWidget(m_retries);
    form->addRow(fieldLabel(tr("Delay")), times);
    form->addRow(fieldLabel(tr("Tags")), m_tags);
    form->addRow(fieldLabel(tr("Key")), m_key);
    m_delay->setAccessibleName(tr("Delay"));
    m_timeout->setAccessibleName(tr("Timeout"));
    m_retries->setAccessibleName(tr("Retries"));
    m_tags->setAccessibleName(tr("Tags"));
    m_key->setAccessibleName(tr("Idempotency key"));
    connect(m_tags, &QLineEdit::textChanged, this, &SubmitDialog::check);
    connect(m_timeout, &QDoubleSpinBox::valueChanged, this, &SubmitDialog::check);
    return options;
}

QWidget *SubmitDialog::buildButtons()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    m_complaint = new PlainLabel({}, &Look::small, Token::ErrorText, row);
    m_complaint->setElastic(true);
    m_keepOpen = new QCheckBox(tr("Keep open"), row);
    auto *close = new QPushButton(tr("Cancel"), row);
    m_submit = new QPushButton(tr("Submit"), row);
    setEmphasis(m_submit, Emphasis::Primary);
    m_submit->setDefault(true);
    layout->addWidget(m_complaint, 1);
    layout->addWidget(m_keepOpen);
    layout->addWidget(close);
    layout->addWidget(m_submit);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_submit, &QPushButton::clicked, this, &SubmitDialog::submit);
    return row;
}

void SubmitDialog::setHandler(const QString &handler)
{
    if (!handler.isEmpty()) m_handler->setCurrentText(handler);
}

void SubmitDialog::suggestArguments(const QString &handler)
{
    const QString now = m_kwargs->editor()->toPlainText();
    if (now != "{}"_L1 && now != m_suggested) return;
    m_suggested = exampleFor(handler);
    m_kwargs->setText(m_suggested);
}

Result<QMap<QString, QString>> SubmitDialog::tags() const
{
    QMap<QString, QString> tags;
    for (const QString &part : m_tags->text().split(u',', Qt::SkipEmptyParts)) {
        const qsizetype equals = part.indexOf(u'=');
        if (part.left(equals).trimmed().isEmpty() || equals < 1)
            return failField(u"tags", tr("\"%1\" is no name=value.").arg(displayLine(part.trimmed())),
                             tr("Write them as name=value, separated by commas."));
        tags.insert(part.left(equals).trimmed(), part.mid(equals + 1).trimmed());
    }
    return tags;
}

Result<JobDefinition> SubmitDialog::job() const
{
    JobDefinition job;
    const Result<JsonText> args = m_args->value();
    const Result<JsonText> kwargs = m_kwargs->value();
    const Result<QMap<QString, QString>> named = tags();
    if (!kwargs) return tl::unexpected(kwargs.error());
    if (!args) return tl::unexpected(args.error());
    if (!named) return tl::unexpected(named.error());
    job.handler = m_handler->currentText().trimmed();
    job.queue = m_queue->currentText().trimmed();
    job.priority = static_cast<JobPriority>(m_priority->currentData().toInt());
    job.args = *args;
    job.kwargs = *kwargs;
    job.tags = *named;
    job.retry = m_context.service.settings().retry;
    job.retry.maxRetries = m_retries->value();
    job.idempotencyKey = m_key->text();
    if (m_timeout->value() > 0) job.timeout = toTime(m_timeout->value());
    if (m_delay->value() > 0) job.scheduledAt = m_context.live.clock().wallNow() + toTime(m_delay->value());
    if (const Result<> valid = job.validate(); !valid) return tl::unexpected(valid.error());
    return job;
}

void SubmitDialog::check()
{
    if (m_submit == nullptr) return; // still being built
    const QMap<QString, QString> handlers = m_context.service.handlers();
    const QString handler = m_handler->currentText().trimmed();
    if (handlers.contains(handler))
        m_handlerNote->setText(displayLine(handlers.value(handler)));
    else
        m_handlerNote->setText(tr("Not known here: a worker of another machine must know it."));
    const Result<JobDefinition> wanted = job();
    const QString complaint
        = wanted ? QString() : displayLine(wanted.error().what + u' ' + wanted.error().why);
    m_complaint->setText(complaint);
    m_submit->setEnabled(wanted.has_value());
    m_submit->setToolTip(complaint.toHtmlEscaped());
}

void SubmitDialog::submit()
{
    const Result<JobDefinition> wanted = job();
    if (!wanted) return check();
    m_submit->setEnabled(false);
    runtime::whenDone(m_context.service.submit(*wanted), this,
                      [this](const Result<queue::Submitted> &submitted) {
                          m_submit->setEnabled(true);
                          if (!submitted) {
                              m_complaint->setText(displayLine(submitted.error().text()));
                              return;
                          }
                          const bool isNew = submitted->kind == queue::Submitted::Kind::Accepted;
                          Q_EMIT m_context.navigator.said(
                              (isNew ? tr("Submitted job %1.") : tr("Job %1 was there already."))
                                  .arg(submitted->id.shortText()));
                          m_context.live.refresh();
                          if (!m_keepOpen->isChecked()) accept();
                      });
}

} // namespace signalbox::ui
