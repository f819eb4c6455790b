#pragma once

#include "ui/pages/page.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace signalbox::ui {

class JsonEdit;
class PlainLabel;

/// A new job: what the service accepts, checked by the same rules while it is typed. What is wrong is said
/// beside the field, and the button is off until nothing is.
class SubmitDialog : public QDialog {
    Q_OBJECT
public:
    explicit SubmitDialog(const PageContext &context, QWidget *parent = nullptr);
    void setHandler(const QString &handler);
    /// The job as it stands.   Errors  Invalid: the first field that is wrong.
    [[nodiscard]] Result<JobDefinition> job() const;
    [[nodiscard]] JsonEdit *kwargs() const { return m_kwargs; }
    [[nodiscard]] JsonEdit *args() const { return m_args; }
    [[nodiscard]] QPushButton *submitButton() const { return m_submit; }

private:
    QWidget *buildFields();
    QWidget *buildPayload();
    QWidget *buildOptions();
    QWidget *buildButtons();
    void check();
    void submit();
    void suggestArguments(const QString &handler);
    [[nodiscard]] Result<QMap<QString, QString>> tags() const;

    PageContext m_context;
    QComboBox *m_handler = nullptr;
    QComboBox *m_queue = nullptr;
    QComboBox *m_priority = nullptr;
    JsonEdit *m_args = nullptr;
    JsonEdit *m_kwargs = nullptr;
    QDoubleSpinBox *m_delay = nullptr;
    QDoubleSpinBox *m_timeout = nullptr;
    QSpinBox *m_retries = nullptr;
    QLineEdit *m_tags = nullptr;
    QLineEdit *m_key = nullptr;
    QCheckBox *m_keepOpen = nullptr;
    PlainLabel *m_complaint = nullptr;
    PlainLabel *m_handlerNote = nullptr;
    QPushButton *m_submit = nullptr;
    QString m_suggested; ///< what was filled in, so that a person's own text is never overwritten
};

} // namespace signalbox::ui
